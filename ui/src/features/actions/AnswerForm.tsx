import { useState } from "react";
import { useTranslation } from "react-i18next";

import { ApiError } from "@/api/client";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Dialog";
import { Checkbox } from "@/components/Fields";
import { Json } from "@/components/Json";
import { ParamForm } from "@/components/ParamForm";
import { useSay } from "@/components/Toasts";
import { confOf, paramsOf, problemOf, valueOf } from "@/lib/params";
import { useZone } from "@/lib/preferences";

import styles from "./actions.module.css";
import { type Question, useAnswer } from "./useActions";

/** Options as buttons (or boxes, where several may be chosen), and the fields that the question has. */
export function AnswerForm({ question, onAsk }: { question: Question; onAsk?: (asks: boolean) => void }) {
  const { t } = useTranslation("actions");
  const zone = useZone();
  const params = paramsOf(question.params);
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>({});
  const [ticked, setTicked] = useState<readonly string[]>(question.defaults ?? []);
  const [strict, setStrict] = useState(false);
  const [chosen, choseThese] = useState<readonly string[]>();
  const setChosen = (options: readonly string[] | undefined) => {
    choseThese(options);
    onAsk?.(options !== undefined);
  };
  const choose = (options: readonly string[]) => {
    setStrict(true);
    if (params.every((param) => problemOf(param, valueOf(param, values)) === null)) setChosen(options);
  };
  const toggle = (option: string) => setTicked((old) => question.options.filter((each) => old.includes(each) !== (each === option)));
  return (
    <div className={styles.form}>
      {params.length > 0 && <ParamForm params={params} values={values} onChange={(name, value) => setValues((old) => ({ ...old, [name]: value }))} strict={strict} zone={zone} />}
      {question.multiple ? (
        <>
          <div className={styles.ticks}>
            {question.options.map((option) => (
              <Checkbox key={option} label={option} checked={ticked.includes(option)} onChange={() => toggle(option)} />
            ))}
          </div>
          <div>
            <Button kind="primary" disabled={ticked.length === 0} onClick={() => choose(ticked)}>
              {t("answer")}
            </Button>
          </div>
        </>
      ) : (
        <div className={styles.options}>
          {question.options.map((option, place) => (
            <Button key={option} kind={place === 0 ? "primary" : "default"} onClick={() => choose([option])}>
              {option}
            </Button>
          ))}
        </div>
      )}
      {chosen && <Sure question={question} options={chosen} params={confOf(params, values)} onClose={() => setChosen(undefined)} />}
    </div>
  );
}

/** What is said of a refusal: that somebody else, or the time, was faster is nobody's mistake. */
export function kindly(error: Error, tooLate: (told: { why: string }) => string): Error {
  const late = error instanceof ApiError && (error.status === 409 || error.status === 404);
  return late ? new Error(tooLate({ why: error.message })) : error;
}

interface SureProps {
  question: Question;
  options: readonly string[];
  params: Record<string, unknown>;
  onClose: () => void;
}

/** Says once more what was chosen: an answer cannot be taken back. */
function Sure({ question, options, params, onClose }: SureProps) {
  const { t } = useTranslation("actions");
  const say = useSay();
  const answer = useAnswer(question);
  const failed = (error: Error) => {
    onClose();
    say.failed(kindly(error, (told) => t("tooLate", told)));
  };
  const done = () => {
    onClose();
    say.done(t("thanks"), options.join(", "));
  };
  return (
    <Confirm
      open
      onClose={onClose}
      onConfirm={() => answer.mutate({ options: [...options], params }, { onSuccess: done, onError: failed })}
      title={question.subject}
      description={t("sure", { options: options.join(", ") })}
      verb={t("send")}
      busy={answer.isPending}
    >
      {Object.keys(params).length > 0 && <Json value={params} />}
    </Confirm>
  );
}
