import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Chip } from "@/components/Chip";
import { Empty, Failure, Skeleton } from "@/components/Say";

import styles from "./actions.module.css";
import { QuestionCard } from "./QuestionCard";
import { useQuestions } from "./useActions";

/** Questions to people: those that wait, or those that were answered. */
export function Questions({ answered, onAnswered }: { answered: boolean; onAnswered: (answered: boolean) => void }) {
  const { t } = useTranslation("actions");
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useQuestions(answered);
  const found = data?.pages.flatMap((page) => page.hitl_details);
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
      {!error && !found && <Skeleton lines={6} />}
      {found?.length === 0 && (
        <Empty icon={<CircleCheck />} title={t(answered ? "noneAnswered" : "none")}>
          {t("noneText")}
        </Empty>
      )}
      {found?.map((question) => <QuestionCard key={`${question.task_instance.id} ${question.created_at}`} question={question} />)}
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
