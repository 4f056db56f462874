# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

import asyncio

from kamailio_binrpc import AsyncKamailio


async def main() -> None:
    async with AsyncKamailio("unix:/run/kamailio/kamailio_ctl") as kamailio:
        version, dialogs = await asyncio.gather(kamailio.core.version(), kamailio.dlg.list())
        print(version.number, [(dialog.call_id, dialog.duration) for dialog in dialogs])
        results = await asyncio.gather(
            *(kamailio.dlg.end_dlg(dialog.h_entry, dialog.h_id) for dialog in dialogs),
            return_exceptions=True,
        )
        print("ended:", results.count(None), "left:", (await kamailio.dlg.stats_active()).all)


asyncio.run(main())
