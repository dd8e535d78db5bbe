import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { Failure, Skeleton } from "@/components/Say";
import { useSay } from "@/components/Toasts";
import { useMe } from "@/lib/me";

import { ConnectionForm } from "./ConnectionForm";
import styles from "./Connections.module.css";
import { bodyOf, copyOf, type Draft, draftOf, EMPTY } from "./form";
import { Outcome } from "./TestDialog";
import { type Connection, type ConnectionType, useConnection, useSave, useTest, useTypes } from "./useConnections";

interface ConnectionDialogProps {
  /** Of the connection that is changed, or with `copy` of the one that the new one begins as; without it a new one is made. */
  name?: string;
  copy?: boolean;
  onClose: () => void;
}

/** Makes a connection or changes one, in a form that its type decides. */
export function ConnectionDialog({ name, copy, onClose }: ConnectionDialogProps) {
  const { data: types, error } = useTypes();
  if (!types) return <Awaited name={name} error={error} onClose={onClose} />;
  if (name === undefined) return <Form types={types} onClose={onClose} />;
  return <Existing name={name} copy={copy ?? false} types={types} onClose={onClose} />;
}

function Awaited({ name, error, onClose }: { name: string | undefined; error: unknown; onClose: () => void }) {
  const { t } = useTranslation("connections");
  return (
    <Dialog open onClose={onClose} title={name === undefined ? t("form.title") : t("edit", { id: name })} wide>
      {error ? <Failure error={error} /> : <Skeleton lines={6} />}
    </Dialog>
  );
}

function Existing({ name, copy, types, onClose }: { name: string; copy: boolean; types: readonly ConnectionType[]; onClose: () => void }) {
  const { data, error } = useConnection(name);
  // What others change meanwhile does not overwrite what is being typed.
  const [there, setThere] = useState<Connection>();
  if (data && !there) setThere(data);
  if (!there) return <Awaited name={name} error={error} onClose={onClose} />;
  return <Form types={types} there={there} copy={copy} onClose={onClose} />;
}

interface FormProps {
  types: readonly ConnectionType[];
  there?: Connection;
  copy?: boolean;
  onClose: () => void;
}

function Form({ types, there, copy = false, onClose }: FormProps) {
  const { t } = useTranslation("connections");
  const say = useSay();
  const isNew = !there || copy;
  const save = useSave(isNew);
  const test = useTest();
  const [draft, setDraft] = useState<Draft>(() => (there ? (copy ? copyOf(there) : draftOf(there)) : EMPTY));
  const body = bodyOf(draft);
  const go = () => {
    if (!body) return;
    save.mutate(body, {
      onSuccess: () => {
        say.done(t(isNew ? "created" : "changed", { id: body.connection_id }));
        onClose();
      },
    });
  };
  const title = !there ? t("form.title") : t(copy ? "form.copyTitle" : "edit", { id: there.connection_id });
  const footer = (
    <>
      <TestButton busy={test.isPending} disabled={!body} onTest={() => body && test.mutate(body)} />
      <Button onClick={onClose}>{t("cancel", { ns: "common" })}</Button>
      <Button kind="primary" busy={save.isPending} disabled={save.isPending || !body} onClick={go}>
        {t(isNew ? "create" : "save", { ns: "common" })}
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} wide title={title} description={copy && t("form.noSecrets")} footer={footer}>
      <ConnectionForm draft={draft} onChange={(some) => setDraft({ ...draft, ...some })} types={types} fixed={!isNew} hasPassword={!isNew && Boolean(there.password)} />
      <Outcome running={test.isPending} tried={test.data} error={test.error} />
      {save.error && (
        <p role="alert" className={styles.error}>
          {save.error.message}
        </p>
      )}
    </Dialog>
  );
}

function TestButton({ busy, disabled, onTest }: { busy: boolean; disabled: boolean; onTest: () => void }) {
  const { t } = useTranslation("connections");
  const { may, canTestConnections } = useMe();
  if (!canTestConnections || !may("connection", "create")) return null;
  return (
    <Button className={styles.left} busy={busy} disabled={busy || disabled} onClick={onTest}>
      {t("try.button")}
    </Button>
  );
}
