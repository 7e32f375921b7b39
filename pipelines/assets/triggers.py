"""When the pipeline runs: every Monday at 06:00 in the programme's zone, and when files arrive."""

import hashlib

import dagster as dg

from pipelines.assets.programme import ProgrammeFolder
from pipelines.settings import SettingsError, find_programme_folder, load_programme
from pipelines.stages.landing import list_inbox

MONDAY_AT_SIX = "0 6 * * 1"
SECONDS_BETWEEN_LOOKS = 60

refresh = dg.define_asset_job("refresh", selection=dg.AssetSelection.all(), description="The whole way, once.")


def _time_zone() -> str:
    """The zone of the programme Dagster was started for; UTC where there is none yet."""
    try:
        return load_programme(find_programme_folder(None)).time_zone
    except SettingsError:
        return "UTC"


weekly_refresh = dg.ScheduleDefinition(
    name="weekly_refresh",
    job=refresh,
    cron_schedule=MONDAY_AT_SIX,
    execution_timezone=_time_zone(),
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Refresh the site and the report every Monday at 06:00 in the programme's zone.",
)


@dg.sensor(
    job=refresh,
    minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Runs when the inbox holds files it has not been run for.",
)
def inbox_sensor(programme: ProgrammeFolder) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run once per content of the inbox, so that a refused file is not tried every minute."""
    found = list_inbox(programme.load().folders)
    if not found:
        return dg.SkipReason("The inbox is empty.")
    content = hashlib.sha256("\n".join(file.sha256 for file in found).encode()).hexdigest()
    return dg.RunRequest(run_key=content)
