import { useZone } from "@/lib/preferences";
import { absolute } from "@/lib/time";

import { Select } from "./Fields";
import { StateBadge } from "./StateBadge";

export interface RunInShort {
  dag_run_id: string;
  run_after: string;
  state: string;
}

interface RunChoiceProps {
  runs: readonly RunInShort[];
  value: string | undefined;
  onChange: (runId: string) => void;
  label: string;
  /** Said where there is no run at all. */
  none?: string;
}

/** One of the runs of a DAG. A chosen one that is not in the list stands in it all the same. */
export function RunChoice({ runs, value, onChange, label, none }: RunChoiceProps) {
  const zone = useZone();
  if (value === undefined) return <span className="muted">{none}</span>;
  const choices = runs.map((run) => ({ value: run.dag_run_id, label: `${absolute(run.run_after, zone)} · ${run.dag_run_id}` }));
  if (!choices.some((choice) => choice.value === value)) choices.unshift({ value, label: value });
  const state = runs.find((run) => run.dag_run_id === value)?.state;
  return (
    <>
      <Select aria-label={label} value={value} choices={choices} onChange={(event) => onChange(event.target.value)} />
      {state && <StateBadge state={state} />}
    </>
  );
}
