import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, TextInput } from "@/components/Fields";
import { FormDialog } from "@/components/FormDialog";
import { useSay } from "@/components/Toasts";

import { changeUser, useDeed, type User } from "./usePeople";

/** Another password for somebody, who is logged out everywhere by it. */
export function PasswordForm({ user: { username: name }, onClose }: { user: User; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const change = useDeed(changeUser);
  const differs = again !== "" && again !== password;
  const save = () =>
    change.mutate(
      { username: name, change: { password } },
      {
        onSuccess: () => {
          say.done(t("users.passwordSet", { name }));
          onClose();
        },
      },
    );
  return (
    <FormDialog title={t("users.password", { name })} description={t("users.passwordText")} verb={t("users.setPassword")} onSave={save} onClose={onClose} busy={change.isPending} ready={password !== "" && password === again} error={change.error}>
      <Field label={t("users.newPassword")} required>
        {(ids) => <TextInput {...ids} type="password" autoComplete="new-password" required value={password} onChange={(event) => setPassword(event.target.value)} />}
      </Field>
      <Field label={t("users.again")} required error={differs ? t("users.differs") : undefined}>
        {(ids) => <TextInput {...ids} type="password" autoComplete="new-password" required value={again} onChange={(event) => setAgain(event.target.value)} />}
      </Field>
    </FormDialog>
  );
}
