import { useTranslation } from "react-i18next";
import { Bar, BarChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

import { asState, stateColour } from "@/lib/states";
import { absolute, dayOf, duration } from "@/lib/time";

import styles from "./Trends.module.css";
import { type TrendRun, type Trends } from "./useTrends";

interface ChartProps {
  trends: Trends;
  zone: string;
  onOpen: (runId: string) => void;
}

const SMALL = { fontSize: 12, fill: "var(--muted)" };

/** A bar a run, the time in the queue below it; lines for the median and for what 95 of 100 stay under. Loaded when it is shown. */
export default function Chart({ trends, zone, onOpen }: ChartProps) {
  const { t } = useTranslation("trends");
  const runs = trends.runs.map((run) => ({ ...run, queued: run.queued ?? 0, duration: run.duration ?? 0 }));
  return (
    <ResponsiveContainer width="100%" height={320}>
      <BarChart data={runs} margin={{ top: 20, right: 72, bottom: 4, left: 8 }} barCategoryGap={runs.length > 100 ? 1 : 3}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="run_after" tickFormatter={(at: string) => dayOf(at, zone).slice(5)} tick={SMALL} stroke="var(--line)" minTickGap={36} />
        <YAxis tickFormatter={(seconds: number) => duration(seconds)} tick={SMALL} stroke="var(--line)" width={64} />
        <Tooltip cursor={{ fill: "var(--hover)" }} isAnimationActive={false} content={({ payload }) => <Facts run={payload[0]?.payload as TrendRun | undefined} zone={zone} />} />
        <Bar dataKey="queued" stackId="run" fill="var(--state-queued)" isAnimationActive={false} />
        <Bar
          dataKey="duration"
          stackId="run"
          isAnimationActive={false}
          shape={(props: unknown) => <RunBar {...(props as BarProps)} />}
          onClick={(bar) => onOpen((bar.payload as TrendRun).run_id)}
          className={styles.bar}
        />
        {trends.median !== null && <Mark at={trends.median} label={t("median")} />}
        {trends.p95 !== null && <Mark at={trends.p95} label={t("p95")} />}
      </BarChart>
    </ResponsiveContainer>
  );
}

function Mark({ at, label }: { at: number; label: string }) {
  return <ReferenceLine y={at} stroke="var(--text)" strokeDasharray="4 4" label={{ value: label, position: "right", ...SMALL }} />;
}

interface BarProps {
  x: number;
  y: number;
  width: number;
  height: number;
  payload: TrendRun;
}

/** An outlier has a sign above its bar. */
function RunBar({ x, y, width, height, payload }: BarProps) {
  const middle = x + width / 2;
  return (
    <g>
      <rect x={x} y={y} width={Math.max(width, 1)} height={Math.max(height, 1)} fill={stateColour(payload.state)} />
      {payload.is_outlier && <path d={`M${middle} ${y - 5}l-5 -8h10z`} fill="var(--warning)" />}
    </g>
  );
}

function Facts({ run, zone }: { run: TrendRun | undefined; zone: string }) {
  const { t } = useTranslation("trends");
  if (!run) return null;
  return (
    <div className={styles.facts}>
      <strong>{run.run_id}</strong>
      <span>{absolute(run.run_after, zone)}</span>
      <span>{t(`common:state.${asState(run.state)}`)}</span>
      <span>{t("tookFor", { duration: duration(run.duration) })}</span>
      <span>{t("queuedFor", { duration: duration(run.queued) })}</span>
      {run.is_outlier && <span>▼ {t("outlier")}</span>}
    </div>
  );
}
