import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Chip } from "@/components/Chip";
import { Empty, Failure, Skeleton } from "@/components/Say";

import { OnDag } from "@/lib/me";

import styles from "./actions.module.css";
import { QuestionCard } from "./QuestionCard";
import { type Question, useQuestions } from "./useActions";

const keyOf = (question: Question) => `${question.task_instance.id} ${question.created_at}`;

/** Questions to people: those that wait, or those that were answered. */
export function Questions({ answered, onAnswered }: { answered: boolean; onAnswered: (answered: boolean) => void }) {
  const { t } = useTranslation("actions");
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useQuestions(answered);
  const [held, setHeld] = useState<Question>();
  const found = data?.pages.flatMap((page) => page.hitl_details);
  // Whoever is about to answer hears from the server that somebody was faster: the question does not vanish meanwhile.
  const shown = found && held && !found.some((question) => keyOf(question) === keyOf(held)) ? [held, ...found] : found;
  return (
    <div className={styles.list}>
      <div className={styles.filters} role="group" aria-label={t("show")}>
        <Chip on={!answered} onClick={() => onAnswered(false)}>
          {t("waiting")}
        </Chip>
        <Chip on={answered} onClick={() => onAnswered(true)}>
          {t("answered")}
        </Chip>
      </div>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!error && !shown && <Skeleton lines={6} />}
      {shown?.length === 0 && (
        <Empty icon={<CircleCheck />} title={t(answered ? "noneAnswered" : "none")}>
          {t("noneText")}
        </Empty>
      )}
      {shown?.map((question) => (
        <OnDag key={keyOf(question)} dagId={question.task_instance.dag_id}>
          <QuestionCard question={question} onAsk={(asks) => setHeld(asks ? question : undefined)} />
        </OnDag>
      ))}
      {hasNextPage && (
        <div>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      )}
    </div>
  );
}
