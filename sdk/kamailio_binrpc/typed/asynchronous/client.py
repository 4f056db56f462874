# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The client with a namespace for each RPC module."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...core import wire
from ...core.async_client import AsyncClient
from ...core.catalogue.binding import bind
from ...core.catalogue.lookup import find

if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Unpack

    from ...core.address import AnyAddress
    from ...core.reply import Reply
    from ..options import ClientOptions
    from .cfg_rpc import Cfg
    from .cnxcc import Cnxcc
    from .core import Core
    from .corex import Corex, Shm
    from .counters import Cnt
    from .ctl import Ctl
    from .debugger import Dbg
    from .dialog import Dlg
    from .dialplan import Dialplan
    from .dispatcher import Dispatcher
    from .dmq import Dmq
    from .domain import Domain
    from .drouting import Drouting
    from .htable import Htable
    from .ims_registrar_scscf import Regscscf
    from .ims_usrloc_pcscf import Ulpcscf
    from .ims_usrloc_scscf import Ulscscf
    from .kex import Pkg, Stats
    from .lcr import Lcr
    from .mqueue import Mqueue
    from .mtree import Mtree
    from .pdb import Pdb
    from .peerstate import Peerstate
    from .permissions import Permissions
    from .pike import Pike
    from .pipelimit import Pl
    from .presence import Presence
    from .pv import Pv
    from .rtpengine import Rtpengine
    from .rtpproxy import Rtpproxy
    from .sipdump import Sipdump
    from .siptrace import Siptrace
    from .sl import Sl
    from .system import System
    from .tls import Tls
    from .tm import Tm
    from .uac import Uac
    from .usrloc import Ul
    from .xhttp_prom import XhttpProm


class AsyncKamailio:
    """A Kamailio server, its RPCs as methods with types: ``kamailio.dispatcher.list()``.

    What a method raises besides the errors of :meth:`call`: UnexpectedReply where the answer is
    not of the shape that is known.

    :param address: of ctl; see :func:`~kamailio_binrpc.parse_address`. A path stands for a unix
        socket.
    :param timeout: seconds for one attempt of a call, connecting included; None for no limit.
    :param client: use this one, and ignore the parameters above.
    :param options: those of :class:`~kamailio_binrpc.AsyncClient`, by name.
    """

    def __init__(
        self,
        address: AnyAddress = wire.DEFAULT_ADDRESS,
        timeout: float | None = 5.0,
        *,
        client: AsyncClient | None = None,
        **options: Unpack[ClientOptions],
    ) -> None:
        self.client = client or AsyncClient(address, timeout, **options)
        self._release: tuple[int, ...] | None = None

    @classmethod
    def from_config(
        cls, name: str | None = None, path: str | None = None, **options: Any
    ) -> AsyncKamailio:
        """Make one of an endpoint of the configuration file.

        See :meth:`AsyncClient.from_config`.
        """
        return cls(client=AsyncClient.from_config(name, path, **options))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.client!r}>"

    async def ping(self, timeout: float | None = None) -> float:
        """Make a call that does nothing, and return the seconds that it took."""
        return await self.client.ping(timeout)

    async def __aenter__(self) -> AsyncKamailio:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; the next call makes a new one."""
        await self.client.close()

    async def call(
        self,
        method: str,
        /,
        *params: Any,
        timeout: float | None = None,
        total_timeout: float | None = None,
        repeatable: bool | None = None,
        **named: Any,
    ) -> Reply:
        """Call any method and return the values of its reply.

        Parameters get the types that the method reads; they may be given by name.

        :param timeout: seconds for each attempt, instead of the client's.
        :param total_timeout: seconds for all attempts together, instead of the client's.
        :param repeatable: running it twice does no more than once, so that it may be retried
            after a loss; the catalogue decides unless given.
        :raises Fault: the server answered with a fault; its class says what it means.
        :raises ReportedFailure: the method answered normally that it failed.
        :raises EncodeError: a parameter does not fit; nothing was sent.
        :raises TransportError, ProtocolError: no usable answer; ``executed`` says whether the
            method may have run.
        """
        bound = bind(method, params, named)
        reply = await self.client.call(
            method, *bound, timeout=timeout, total_timeout=total_timeout, repeatable=repeatable
        )
        known = find(method)
        failure = known.failure_in(reply) if known is not None else ""
        if failure:
            from ..errors import ReportedFailure

            raise ReportedFailure(method, failure)
        return reply

    async def release(self) -> tuple[int, ...]:
        """The server's release to compare with, ``(5, 6, 3)``; asked for once."""
        if self._release is None:
            self._release = (await self.core.version()).release
        return self._release

    @cached_property
    def system(self) -> System:
        """Operations of ``system.*``."""
        from .system import System

        return System(self)

    @cached_property
    def core(self) -> Core:
        """Operations of ``core.*``."""
        from .core import Core

        return Core(self)

    @cached_property
    def corex(self) -> Corex:
        """Operations of ``corex.*``."""
        from .corex import Corex

        return Corex(self)

    @cached_property
    def ctl(self) -> Ctl:
        """Operations of ``ctl.*``."""
        from .ctl import Ctl

        return Ctl(self)

    @cached_property
    def shm(self) -> Shm:
        """Operations of ``shm.*``."""
        from .corex import Shm

        return Shm(self)

    @cached_property
    def pkg(self) -> Pkg:
        """Operations of ``pkg.*``."""
        from .kex import Pkg

        return Pkg(self)

    @cached_property
    def cfg(self) -> Cfg:
        """Operations of ``cfg.*``."""
        from .cfg_rpc import Cfg

        return Cfg(self)

    @cached_property
    def stats(self) -> Stats:
        """Operations of ``stats.*``."""
        from .kex import Stats

        return Stats(self)

    @cached_property
    def cnt(self) -> Cnt:
        """Operations of ``cnt.*``."""
        from .counters import Cnt

        return Cnt(self)

    @cached_property
    def pv(self) -> Pv:
        """Operations of ``pv.*``."""
        from .pv import Pv

        return Pv(self)

    @cached_property
    def dbg(self) -> Dbg:
        """Operations of ``dbg.*``."""
        from .debugger import Dbg

        return Dbg(self)

    @cached_property
    def tm(self) -> Tm:
        """Operations of ``tm.*``."""
        from .tm import Tm

        return Tm(self)

    @cached_property
    def sl(self) -> Sl:
        """Operations of ``sl.*``."""
        from .sl import Sl

        return Sl(self)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Operations of ``dispatcher.*``."""
        from .dispatcher import Dispatcher

        return Dispatcher(self)

    @cached_property
    def htable(self) -> Htable:
        """Operations of ``htable.*``."""
        from .htable import Htable

        return Htable(self)

    @cached_property
    def permissions(self) -> Permissions:
        """Operations of ``permissions.*``."""
        from .permissions import Permissions

        return Permissions(self)

    @cached_property
    def rtpengine(self) -> Rtpengine:
        """Operations of ``rtpengine.*``."""
        from .rtpengine import Rtpengine

        return Rtpengine(self)

    @cached_property
    def rtpproxy(self) -> Rtpproxy:
        """Operations of ``rtpproxy.*``."""
        from .rtpproxy import Rtpproxy

        return Rtpproxy(self)

    @cached_property
    def pl(self) -> Pl:
        """Operations of ``pl.*``."""
        from .pipelimit import Pl

        return Pl(self)

    @cached_property
    def pike(self) -> Pike:
        """Operations of ``pike.*``."""
        from .pike import Pike

        return Pike(self)

    @cached_property
    def mtree(self) -> Mtree:
        """Operations of ``mtree.*``."""
        from .mtree import Mtree

        return Mtree(self)

    @cached_property
    def domain(self) -> Domain:
        """Operations of ``domain.*``."""
        from .domain import Domain

        return Domain(self)

    @cached_property
    def dialplan(self) -> Dialplan:
        """Operations of ``dialplan.*``."""
        from .dialplan import Dialplan

        return Dialplan(self)

    @cached_property
    def lcr(self) -> Lcr:
        """Operations of ``lcr.*``."""
        from .lcr import Lcr

        return Lcr(self)

    @cached_property
    def drouting(self) -> Drouting:
        """Operations of ``drouting.*``."""
        from .drouting import Drouting

        return Drouting(self)

    @cached_property
    def uac(self) -> Uac:
        """Operations of ``uac.*``."""
        from .uac import Uac

        return Uac(self)

    @cached_property
    def ul(self) -> Ul:
        """Operations of ``ul.*``."""
        from .usrloc import Ul

        return Ul(self)

    @cached_property
    def dlg(self) -> Dlg:
        """Operations of ``dlg.*``."""
        from .dialog import Dlg

        return Dlg(self)

    @cached_property
    def dmq(self) -> Dmq:
        """Operations of ``dmq.*``."""
        from .dmq import Dmq

        return Dmq(self)

    @cached_property
    def mqueue(self) -> Mqueue:
        """Operations of ``mqueue.*``."""
        from .mqueue import Mqueue

        return Mqueue(self)

    @cached_property
    def tls(self) -> Tls:
        """Operations of ``tls.*``."""
        from .tls import Tls

        return Tls(self)

    @cached_property
    def siptrace(self) -> Siptrace:
        """Operations of ``siptrace.*``."""
        from .siptrace import Siptrace

        return Siptrace(self)

    @cached_property
    def sipdump(self) -> Sipdump:
        """Operations of ``sipdump.*``."""
        from .sipdump import Sipdump

        return Sipdump(self)

    @cached_property
    def cnxcc(self) -> Cnxcc:
        """Operations of ``cnxcc.*``."""
        from .cnxcc import Cnxcc

        return Cnxcc(self)

    @cached_property
    def regscscf(self) -> Regscscf:
        """Operations of ``regscscf.*``."""
        from .ims_registrar_scscf import Regscscf

        return Regscscf(self)

    @cached_property
    def ulpcscf(self) -> Ulpcscf:
        """Operations of ``ulpcscf.*``."""
        from .ims_usrloc_pcscf import Ulpcscf

        return Ulpcscf(self)

    @cached_property
    def ulscscf(self) -> Ulscscf:
        """Operations of ``ulscscf.*``."""
        from .ims_usrloc_scscf import Ulscscf

        return Ulscscf(self)

    @cached_property
    def pdb(self) -> Pdb:
        """Operations of ``pdb.*``."""
        from .pdb import Pdb

        return Pdb(self)

    @cached_property
    def peerstate(self) -> Peerstate:
        """Operations of ``peerstate.*``."""
        from .peerstate import Peerstate

        return Peerstate(self)

    @cached_property
    def presence(self) -> Presence:
        """Operations of ``presence.*``."""
        from .presence import Presence

        return Presence(self)

    @cached_property
    def xhttp_prom(self) -> XhttpProm:
        """Operations of ``xhttp_prom.*``."""
        from .xhttp_prom import XhttpProm

        return XhttpProm(self)
