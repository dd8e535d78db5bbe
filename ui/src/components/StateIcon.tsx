import { Ban, CalendarClock, Check, Circle, CircleDashed, Hourglass, LoaderCircle, type LucideIcon, MessageCircleQuestion, MinusCircle, Pause, RotateCcw, SkipForward, X } from "lucide-react";

import { type AnyState, asState } from "@/lib/states";

const ICONS: Record<AnyState, LucideIcon> = {
  none: Circle,
  removed: MinusCircle,
  scheduled: CalendarClock,
  queued: Hourglass,
  running: LoaderCircle,
  success: Check,
  restarting: RotateCcw,
  failed: X,
  up_for_retry: RotateCcw,
  up_for_reschedule: CircleDashed,
  upstream_failed: Ban,
  skipped: SkipForward,
  deferred: Pause,
  awaiting_input: MessageCircleQuestion,
};

/** The picture of a state, for where its colour alone would be the sign; words stand beside it. */
export function StateIcon({ state }: { state: string | null | undefined }) {
  const Icon = ICONS[asState(state)];
  return <Icon aria-hidden />;
}
