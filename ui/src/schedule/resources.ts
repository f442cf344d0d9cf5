import type { JobSpec, ScheduleGetResult, ScheduleListResult, SchedulePreviewResult, ScheduleRunsResult } from "../rpc/protocol";
import { byType, type Resource } from "../store/resource";

const isTouched = byType(/^(schedule\.|heartbeat\.|nex\.request\.completed|permission\.)/);
/** Lines of a history that are shown. */
const RUNS_SHOWN = 100;

export const jobList: Resource<ScheduleListResult> = {
  key: "schedule.list",
  load: (client) => client.call("schedule.list", {}),
  isTouched,
};

export const jobOf = (id: string): Resource<ScheduleGetResult> => ({
  key: `schedule.get ${id}`,
  load: (client) => client.call("schedule.get", { id }),
  isTouched,
});

export const runsOf = (id: string): Resource<ScheduleRunsResult> => ({
  key: `schedule.runs ${id}`,
  load: (client) => client.call("schedule.runs", { id, limit: RUNS_SHOWN }),
  isTouched,
});

export const previewOf = (id: string, job: JobSpec): Resource<SchedulePreviewResult> => ({
  key: `schedule.preview ${id} ${JSON.stringify(job)}`,
  load: (client) => client.call("schedule.preview", { id, job }),
  isTouched: byType(/^(config\.changed|agent\.)/),
});
