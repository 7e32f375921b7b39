"""Assets, checks, the refresh job, its weekly schedule and the inbox sensor, put together; no logic."""

import dagster as dg

from pipelines.assets import core, incoming, outgoing
from pipelines.assets.programme import ProgrammeFolder
from pipelines.assets.triggers import inbox_sensor, refresh, weekly_refresh

ASSETS = [
    *dg.load_assets_from_modules([incoming, core, outgoing]),
]

defs = dg.Definitions(
    assets=ASSETS,
    jobs=[refresh],
    schedules=[weekly_refresh],
    sensors=[inbox_sensor],
    resources={"programme": ProgrammeFolder()},
    # Steps take well under a second: a process for each would cost more than the work.
    executor=dg.in_process_executor,
)
