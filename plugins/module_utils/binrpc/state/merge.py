# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Several files as one wish: the first document of each is the first stage, and so on.

A leaf stands in one file only, unless an overlay names it again: there the overlay wins.
"""

from __future__ import annotations

from ..desired.dispatcher_sets import identity
from ..uri import normal_uri
from .shapes import Items, Map, Record, WishError
from .wish import DOCUMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Sequence, Tuple

    from .shapes import Path, Shape

    Place = Tuple[int, Path]

SETTINGS = (
    *("version", "exact", "allow_empty", "max_remove", "min_enabled", "allow_unresolved"),
    *("must_answer", "adopt"),
)
"""Keys that say how, and not what: several files may say the same."""

LISTS = ("items", "destinations", "registrations", "contacts", "pipes", "nodes")
"""Keys beside ``exact`` or ``absent`` that say what has to be there."""


class File:
    """The documents of a file.

    :param name: as messages have it.
    :param overlay: does it win over others?
    """

    def __init__(
        self, name: str, documents: Sequence[Mapping[str, Any]], overlay: bool = False
    ) -> None:
        self.name = name
        self.documents = documents
        self.overlay = overlay


class MergeError(WishError):
    """Files contradict each other, or one is wrong.

    :ivar file: the position of the file in which the path leads to it.
    """

    def __init__(
        self,
        path: Sequence[Any],
        text: str,
        remedy: str = "",
        document: int = 0,
        file: int = 0,
    ) -> None:
        super().__init__(path, text, remedy, document)
        self.args = (path, text, remedy, document, file)
        self.file = file


class Merged:
    """Files as one.

    :ivar documents: what :func:`~.wish.parse` takes.
    :raises MergeError: a file is wrong, or contradicts another.
    """

    def __init__(self, files: Sequence[File]) -> None:
        self.files = files
        self.documents: List[Dict[str, Any]] = []
        self._origins: List[Dict[Path, Place]] = []
        names: List[str] = []
        for number, file in enumerate(files):
            for index, document in enumerate(file.documents):
                try:
                    DOCUMENT.check(document, ())
                except WishError as error:
                    raise MergeError(error.path, error.text, error.remedy, index, number) from error
                name = document.get("name")
                if name and name not in names and not (file.overlay and names):
                    names.append(name)
                if index == len(self.documents):
                    self.documents.append({})
                    self._origins.append({})
                _Merge(self, number, index).members(
                    DOCUMENT, self.documents[index], document, (), ()
                )
        for document in self.documents:
            document.pop("name", None)
        if names:
            self.documents[0]["name"] = "+".join(names)

    def origin(self, document: int, path: Path) -> Place:
        """Return the file from which a part of a document is, and the path there.

        Of a path that leads further than any file does, the part that a file has counts.
        """
        found = self._origins[document] if document < len(self._origins) else {}
        for size in range(len(path), 0, -1):
            if path[:size] in found:
                file, start = found[path[:size]]
                return file, (*start, *path[size:])
        return 0, path

    def note(self, document: int, path: Path, file: int, place: Path) -> None:
        self._origins[document][path] = file, place


class _Merge:
    """One document of one file on its way into the whole."""

    def __init__(self, whole: Merged, file: int, document: int) -> None:
        self.whole = whole
        self.file = file
        self.document = document
        self.overlay = whole.files[file].overlay

    def _refuse(self, place: Path, path: Path, text: str, remedy: str) -> MergeError:
        other, _there = self.whole.origin(self.document, path)
        name = self.whole.files[other].name
        return MergeError(place, text % name, remedy, self.document, self.file)

    def members(
        self,
        shape: Any,
        into: Dict[str, Any],
        data: Mapping[str, Any],
        path: Path,
        place: Path,
    ) -> None:
        """Add the members of a mapping."""
        if isinstance(shape, Record):
            self._check_exact(into, data, path, place)
            if self.overlay:
                self._turn_over(shape, into, data)
        for name, value in data.items():
            inner = shape.member if isinstance(shape, Map) else shape.fields[name]
            if name not in into:
                into[name] = self._copy(inner, value, (*path, name), (*place, name))
            elif isinstance(shape, Record) and name in SETTINGS and not self.overlay:
                if into[name] != value:
                    raise self._refuse(
                        (*place, name), (*path, name), "%s says otherwise", "say the same"
                    )
            elif (name,) != ("name", *path):
                self._again(inner, into, name, value, (*path, name), (*place, name))

    def _again(
        self, shape: Shape, into: Dict[str, Any], name: str, value: Any, path: Path, place: Path
    ) -> None:
        """Add a member that is there already."""
        if isinstance(shape, Map) or (isinstance(shape, Record) and not shape.whole):
            self.members(shape, into[name], value, path, place)
        elif isinstance(shape, Items):
            self._items(shape, into[name], value, path, place)
        elif self.overlay:
            into[name] = self._copy(shape, value, path, place)
        else:
            raise self._refuse(place, path, "%s names it as well", "name it once, or in an overlay")

    def _copy(self, shape: Shape, value: Any, path: Path, place: Path) -> Any:
        self.whole.note(self.document, path, self.file, place)
        if isinstance(shape, (Map, Record)) and hasattr(value, "items"):
            found: Dict[str, Any] = {}
            for name, each in value.items():
                inner = shape.member if isinstance(shape, Map) else shape.fields[name]
                found[name] = self._copy(inner, each, (*path, name), (*place, name))
            return found
        if isinstance(shape, Items):
            return [
                self._copy(shape.member, each, (*path, index), (*place, index))
                for index, each in enumerate(value)
            ]
        return value

    def _items(
        self, shape: Items, old: List[Any], new: Sequence[Any], path: Path, place: Path
    ) -> None:
        """Add the items of a list: those that mean the same are one."""
        same = shape.same or _itself
        known = {same(each): at for at, each in enumerate(old)} if shape.unique else {}
        for index, each in enumerate(new):
            at = known.get(same(each), -1) if shape.unique else -1
            if at < 0 and isinstance(shape.member, Record) and shape.unique:
                at = _only(old, each)
            if at < 0:
                at = len(old)
                old.append(self._copy(shape.member, each, (*path, at), (*place, index)))
                continue
            rest = {n: v for n, v in each.items() if n != "uri"} if isinstance(each, dict) else {}
            if rest:
                self.members(shape.member, old[at], rest, (*path, at), (*place, index))
            elif not self.overlay:
                raise self._refuse(
                    (*place, index), (*path, at), "%s names it as well", "name it once"
                )

    def _check_exact(
        self, into: Mapping[str, Any], data: Mapping[str, Any], path: Path, place: Path
    ) -> None:
        """Refuse to add to what another file says is all."""
        if self.overlay or not into:
            return
        for one, other in ((into, data), (data, into)):
            if one.get("exact") and any(other.get(name) for name in LISTS):
                where = (*place, "exact") if "exact" in data else place
                raise self._refuse(
                    where,
                    (*path, "exact"),
                    "exact, and %s names more of it",
                    "name all in one file, or the rest in an overlay",
                )

    @staticmethod
    def _turn_over(shape: Record, into: Dict[str, Any], data: Mapping[str, Any]) -> None:
        """Drop from ``absent`` what an overlay wants, and the other way round."""
        absent = shape.fields.get("absent")
        for name in LISTS if isinstance(absent, Items) else ():
            same = getattr(absent, "same", None) or _itself
            gone = {same(each) for each in data.get("absent", ())}
            there = {same(_name(each)) for each in data.get(name, ())}
            if there and into.get("absent"):
                into["absent"] = [each for each in into["absent"] if same(each) not in there]
            old = into.get(name)
            if gone and isinstance(old, dict):
                into[name] = {each: v for each, v in old.items() if same(each) not in gone}
            elif gone and old:
                into[name] = [each for each in old if same(_name(each)) not in gone]


def _itself(value: Any) -> Any:
    return value


def _only(old: Sequence[Any], each: Mapping[str, Any]) -> int:
    """Return the position of the only destination with that URI, or -1.

    One that says nothing more of itself means that.
    """
    uri = normal_uri(each["uri"])
    found = [at for at, other in enumerate(old) if normal_uri(other["uri"]) == uri]
    return found[0] if len(found) == 1 and not identity(each.get("attrs", "")) else -1


def _name(each: Any) -> Any:
    return each["uri"] if isinstance(each, dict) else each
