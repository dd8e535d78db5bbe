import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import { Card } from "@/components/Card";
import { Chip } from "@/components/Chip";
import { Json } from "@/components/Json";
import { Markdown } from "@/components/Markdown";
import { When } from "@/components/When";
import { useMe } from "@/lib/me";

import styles from "./actions.module.css";
import { AnswerForm } from "./AnswerForm";
import { type Question } from "./useActions";

interface QuestionCardProps {
  question: Question;
  /** That somebody is asked whether they are sure, or is no more. */
  onAsk: (asks: boolean) => void;
}

/** One question: who asks what, and the answer or how to give it. */
export function QuestionCard({ question, onAsk }: QuestionCardProps) {
  const { t } = useTranslation("actions");
  const { may } = useMe();
  const { task_instance: task, assigned_users: assigned } = question;
  return (
    <Card title={question.subject} actions={question.response_received ? null : <Chip tone="accent">{t("waits")}</Chip>}>
      <div className={styles.question}>
        <p className={styles.about}>
          <Link to="/dags/$dagId/runs/$runId/tasks/$taskId" params={{ dagId: task.dag_id, runId: task.dag_run_id, taskId: task.task_id }} search={{ map_index: task.map_index }}>
            {task.dag_display_name} · {task.task_display_name}
            {task.map_index < 0 ? "" : ` [${task.rendered_map_index ?? task.map_index}]`}
          </Link>
          <span>
            {t("asked")} <When at={question.created_at} ago />
          </span>
          {question.defaults && question.defaults.length > 0 && <span>{t("defaults", { options: question.defaults.join(", ") })}</span>}
          {assigned.length > 0 && <span>{t("assigned", { people: assigned.map(({ name, id }) => name || id).join(", ") })}</span>}
        </p>
        {question.body && <Markdown text={question.body} />}
        {question.response_received ? <Given question={question} /> : may("task_instance", "edit") ? <AnswerForm question={question} onAsk={onAsk} /> : <p className="muted">{t("mayNot")}</p>}
      </div>
    </Card>
  );
}

function Given({ question }: { question: Question }) {
  const { t } = useTranslation("actions");
  const { chosen_options: chosen, params_input: params, responded_by_user: who } = question;
  return (
    <div className={styles.given}>
      <p>
        {chosen?.map((option) => <Chip key={option} tone="accent">{option}</Chip>)} {t("by", { person: who ? who.name || who.id : t("nobody") })} <When at={question.responded_at} ago />
      </p>
      {Object.keys(params).length > 0 && <Json value={params} />}
    </div>
  );
}
