import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { asState, URGENCY } from "@/lib/states";

import styles from "./AffectDialog.module.css";
import { Confirm } from "./Dialog";
import { Checkbox, Field, TextArea } from "./Fields";
import { Skeleton } from "./Say";
import { StateBadge } from "./StateBadge";

/** A task instance that something is about to happen to. */
export interface Affected {
  runId: string;
  taskId: string;
  /** -1 for one that is not mapped. */
  mapIndex: number;
  state: string | null | undefined;
}

export interface AffectOption {
  key: string;
  label: string;
  help?: string;
  on: boolean;
}

interface AffectDialogProps {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  description: ReactNode;
  /** What the button says. */
  verb: string;
  dangerous?: boolean;
  busy?: boolean;
  options?: readonly AffectOption[];
  onOption?: (key: string, on: boolean) => void;
  /** With `onNote`, a note may be written. */
  note?: string;
  onNote?: (note: string) => void;
  /** What will be changed; undefined while it is being asked, null where it is not told. */
  affected: readonly Affected[] | null | undefined;
  /** Why it could not be said what will be changed. */
  error?: unknown;
}

const SHOWN = 200;

/** Asks before task instances are cleared or marked, and shows which ones they are. */
export function AffectDialog(props: AffectDialogProps) {
  const { t } = useTranslation("affect");
  const { options = [], onOption, note, onNote, affected, error, busy } = props;
  const nothing = affected?.length === 0 || Boolean(error);
  return (
    <Confirm
      open={props.open}
      onClose={props.onClose}
      onConfirm={props.onConfirm}
      title={props.title}
      description={props.description}
      verb={props.verb}
      dangerous={props.dangerous ?? false}
      busy={busy ?? false}
      disabled={nothing || affected === undefined}
    >
      {options.length > 0 && (
        <fieldset className={styles.options}>
          <legend className="visually-hidden">{t("options")}</legend>
          {options.map(({ key, label, help, on }) => (
            <Checkbox
              key={key}
              checked={on}
              onChange={(event) => onOption?.(key, event.target.checked)}
              label={
                <>
                  {label}
                  {help && <span className={styles.help}>{help}</span>}
                </>
              }
            />
          ))}
        </fieldset>
      )}
      {error ? (
        <p role="alert" className={styles.error}>
          {error instanceof Error ? error.message : "?"}
        </p>
      ) : (
        affected !== null && <Preview affected={affected} />
      )}
      {onNote && (
        <Field label={t("note")}>{(ids) => <TextArea {...ids} rows={2} maxLength={1000} value={note} onChange={(event) => onNote(event.target.value)} />}</Field>
      )}
    </Confirm>
  );
}

function Preview({ affected }: { affected: readonly Affected[] | undefined }) {
  const { t } = useTranslation("affect");
  if (!affected) return <Skeleton lines={3} />;
  if (affected.length === 0) return <p>{t("nothing")}</p>;
  const severalRuns = affected.some(({ runId }) => runId !== affected[0]?.runId);
  return (
    <>
      <div className={styles.counts} role="status">
        <strong>{t("preview", { count: affected.length })}</strong>
        {counted(affected).map(([state, count]) => (
          <StateBadge key={state} state={state} count={count} />
        ))}
      </div>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keys too */}
      <div className={styles.list} tabIndex={0} role="region" aria-label={t("preview", { count: affected.length })}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("task")}</th>
              {severalRuns && <th scope="col">{t("run")}</th>}
              <th scope="col">{t("state")}</th>
            </tr>
          </thead>
          <tbody>
            {affected.slice(0, SHOWN).map(({ runId, taskId, mapIndex, state }) => (
              <tr key={`${runId} ${taskId} ${mapIndex}`}>
                <td>{mapIndex < 0 ? taskId : `${taskId} [${mapIndex}]`}</td>
                {severalRuns && <td>{runId}</td>}
                <td>
                  <StateBadge state={state} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {affected.length > SHOWN && <p className={styles.more}>{t("more", { count: affected.length - SHOWN })}</p>}
      </div>
    </>
  );
}

function counted(affected: readonly Affected[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { state } of affected) counts.set(asState(state), (counts.get(asState(state)) ?? 0) + 1);
  return URGENCY.filter((state) => counts.has(state)).map((state) => [state, counts.get(state) ?? 0]);
}
