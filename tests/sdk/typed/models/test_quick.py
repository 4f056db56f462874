# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Models made in one step are those that pydantic makes."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import PrivateAttr, SecretStr, ValidationError, field_validator

from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.typed import UnexpectedReply, reading
from kamailio_binrpc.typed.models import dialog, htable, quick, uac, usrloc
from kamailio_binrpc.typed.models.base import Model, Repeated
from tests.sdk.typed import comparing


@pytest.fixture(params=["python", "in use"])
def read(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The reader in Python, and the one in use; mostly that is the compiled one."""
    monkeypatch.setattr(
        quick, "read", {"python": quick.read_model, "in use": quick.read}[request.param]
    )
    return quick.read


def leg(**more: Any) -> Struct:
    return Struct(tag="a", contact="b", cseq="1", route_set="", socket="udp:h:1", **more)


def a_dialog() -> Struct:
    struct = Struct({"h_entry": 1, "h_id": 2, "call-id": "x", "caller": leg(), "callee": leg()})
    struct.add("profiles", Struct.of("a", Struct(b="c")))
    struct.add("variables", Struct.of(Struct(d="e")))
    return struct


def same(kind: type[Model], struct: Struct) -> None:
    """Both ways give the same model, or the same error."""
    try:
        expected = kind.model_validate(struct)
    except ValidationError as error:
        with pytest.raises(ValidationError) as caught:
            kind.of(struct)
        assert caught.value.errors() == error.errors()
    else:
        comparing.assert_same(kind.of(struct), expected)


def test_random_structs_of_every_model(read: Any) -> None:
    quickly, slowly = comparing.run(read, 5, 1000)
    assert quickly > 500
    assert slowly > 100


@pytest.mark.parametrize("field", ["__dict__", "__pydantic_extra__", "__pydantic_private__"])
def test_the_comparison_sees_any_difference(field: str) -> None:
    def wrong(parts: quick.Parts, struct: Struct) -> Any:
        model = quick.read_model(parts, struct)
        object.__setattr__(model, field, {**getattr(model, field), "tag": 1})
        return model

    comparing.compare(quick.read_model, dialog.Leg, leg())
    with pytest.raises(AssertionError):
        comparing.compare(wrong, dialog.Leg, leg())


def test_no_model_needs_pydantic_for_usual_values() -> None:
    for kind in comparing.kinds():
        assert list(quick._rules_of(kind)) == list(kind.model_fields), kind


@pytest.mark.parametrize("kind", [dialog.Dialog, usrloc.Contact, htable.Item])
def test_odd_values_are_read_as_pydantic_does(read: Any, kind: type[Model]) -> None:
    known = kind._by_wire_name()
    good = {name: 1 if form.keeps_numbers else "x" for name, (_field, form) in known.items()}
    same(kind, Struct(good))
    for name in known:
        same(kind, Struct((each, good[each]) for each in known if each != name))
        for value in [-1, -(2**31), 2**70, -(2**70), 2.0, 2.5, "", "none", b"x", [], None, True]:
            same(kind, Struct({**good, name: value}))
        same(kind, Struct([*good.items(), (name, Struct())]))
    same(kind, Struct([*good.items(), ("Strange", Struct(a=1)), (None, 5), ("other", [1])]))


def test_an_error_of_the_wire_s_form_is_one_of_pydantic(read: Any) -> None:
    struct = a_dialog()
    struct.add("x", 1)
    members = [pair for pair in struct.items() if pair[0] != "variables"]
    odd = Struct([*members, ("variables", Struct.of("no struct"))])
    same(dialog.Dialog, odd)
    with pytest.raises(UnexpectedReply):
        reading.each(Reply([odd], "dlg.list"), dialog.Dialog)


def test_a_server_makes_no_table_grow_without_end(read: Any) -> None:
    for number in range(500):
        struct = Struct({"tag": "x", f"other{number}": 1})
        assert dialog.Leg.of(struct).model_extra == {f"other{number}": 1}
    assert len(dialog.Leg._parts().shapes) <= quick.MAX_SHAPES
    assert len(dialog.Leg._parts().recent) <= quick.RECENT_SHAPES


def test_rows_of_one_kind_are_read_in_one_step(read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any, **_options: Any) -> Any:
        raise AssertionError

    struct = a_dialog()
    expected = dialog.Dialog.model_validate(struct)
    monkeypatch.setattr(dialog.Dialog, "model_validate", refuse)
    assert reading.each(Reply([struct] * 3, "dlg.list"), dialog.Dialog) == [expected] * 3


def test_kinds_of_structs_that_alternate_keep_their_shapes(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = [leg(**{f"new{number}": number}) for number in range(quick.RECENT_SHAPES + 3)]
    for struct in kinds:
        dialog.Leg.of(struct)

    def refuse(*_arguments: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(quick, "_shape", refuse)
    for struct in kinds * 2:
        assert dialog.Leg.of(struct).model_extra == dict(struct.items()[5:])


def test_a_secret_is_hidden_whatever_stands_beside_it(read: Any) -> None:
    names = uac.Registration._by_wire_name()
    types = {
        name: uac.Registration.model_fields[field].annotation for name, (field, _) in names.items()
    }
    struct = Struct((name, 1 if kind is int else "hidden") for name, kind in types.items())
    found = uac.Registration.of(struct)
    assert found.auth_password == SecretStr("hidden")
    comparing.assert_same(found, uac.Registration.model_validate(struct))


def test_models_share_nothing_that_can_be_changed(read: Any) -> None:
    first, second = (dialog.Leg.of(leg()) for _turn in range(2))
    for name in ("__dict__", "__pydantic_extra__", "__pydantic_private__"):
        assert getattr(first, name) is not getattr(second, name)
    copy = first.model_copy(update={"tag": "b"})
    assert "tag" in copy._changed and not first._changed
    plain = [dialog.Dialog.of(Struct({"h_entry": 1, "h_id": 2, "call-id": "x"})) for _turn in "ab"]
    assert plain[0].variables is not plain[1].variables


def test_a_model_of_one_s_own_that_checks_more_is_left_to_pydantic(read: Any) -> None:
    class Checked(Model):
        number: int

        @field_validator("number")
        @classmethod
        def _small(cls, value: int) -> int:
            if value > 5:
                raise ValueError("too large")
            return value

    class Around(Model):
        inner: Checked
        all: Annotated[tuple[Checked, ...], Repeated("one")] = ()

    assert Around.of(Struct(inner=Struct(number=5))).inner.number == 5
    for struct in (
        Struct(inner=Struct(number=6)),
        Struct(inner=Struct(number=5), all=Struct(one=Struct(number=6))),
    ):
        with pytest.raises(ValidationError, match="too large"):
            Around.of(struct)


def test_private_attributes_of_one_s_own_have_their_defaults(read: Any) -> None:
    class Marked(Model):
        number: int
        _marks: list[str] = PrivateAttr(default_factory=list)

    first, second = (Marked.of(Struct(number=1)) for _turn in range(2))
    first._marks.append("x")
    assert second._marks == []


def test_a_struct_that_holds_itself_ends_in_an_error(read: Any) -> None:
    class Node(Model):
        name: str = ""
        inner: Node | None = None

    Node.model_rebuild(_types_namespace={"Node": Node})
    struct = Struct(name="x")
    struct.add("inner", struct)
    with pytest.raises((RecursionError, ValidationError)):
        Node.of(struct)


def test_the_places_that_the_compiled_reader_knows() -> None:
    assert quick.Parts._fields[:5] == ("kind", "recent", "find", "unusual", "setters")
    assert quick.Shape._fields[:8] == (
        *("names", "types", "values", "members", "extra", "factories", "given", "private"),
    )
    assert quick.Member._fields == ("place", "field", "way", "unset", "rule")
