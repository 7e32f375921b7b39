"""When the pipeline runs: every Monday at 06:00 in the programme's zone, and when files arrive."""

import hashlib

import dagster as dg

from pipelines.assets.programme import ProgrammeFolder
from pipelines.settings import SettingsError, find_programme_folder, load_programme
from pipelines.stages.landing import waiting_files

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
def inbox_sensor(context: dg.SensorEvaluationContext, programme: ProgrammeFolder) -> dg.SensorResult:
    """Ask for a run when the inbox holds something else than at the last look, so refused files are not tried again."""
    found = waiting_files(programme.load())
    listed = "\n".join(f"{file.name}|{file.version}" for file in found)
    content = hashlib.sha256(listed.encode()).hexdigest() if found else ""
    if not found:
        return dg.SensorResult(skip_reason="The inbox is empty.", cursor=content)
    if content == context.cursor:
        return dg.SensorResult(skip_reason="A run was asked for: what is left was refused.", cursor=content)
    return dg.SensorResult(run_requests=[dg.RunRequest()], cursor=content)
