import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Field, TextInput } from "@/components/Fields";
import { FieldRow, FormDialog } from "@/components/FormDialog";
import { PickChips } from "@/components/Picks";
import { useSay } from "@/components/Toasts";

import { changeUser, createUser, type NewUser, useDeed, type User, useRoleNames } from "./usePeople";

type Typed = Omit<NewUser, "roles"> & { roles: string[] };

const FIRST_ROLE = "Viewer";

/** What is typed of a new user, or of one that there is (`user`). */
export function UserForm({ user, onClose }: { user?: User; onClose: () => void }) {
  const { t } = useTranslation("people");
  const say = useSay();
  const roles = useRoleNames();
  const [typed, setTyped] = useState<Typed>(() =>
    user
      ? { username: user.username, password: "", email: user.email, first_name: user.first_name, last_name: user.last_name, roles: user.roles }
      : { username: "", password: "", email: "", first_name: "", last_name: "", roles: [FIRST_ROLE] },
  );
  const create = useDeed(createUser);
  const change = useDeed(changeUser);
  const set = (some: Partial<Typed>) => setTyped({ ...typed, ...some });
  const name = typed.username;
  const done = (words: string) => ({
    onSuccess: () => {
      say.done(words);
      onClose();
    },
  });
  const save = () => {
    const { username, password, ...rest } = typed;
    if (user) change.mutate({ username, change: rest }, done(t("users.changed", { name })));
    else create.mutate({ ...rest, username, password }, done(t("users.created", { name })));
  };
  return (
    <FormDialog
      title={user ? t("users.edit", { name }) : t("users.create")}
      verb={t(user ? "save" : "create", { ns: "common" })}
      onSave={save}
      onClose={onClose}
      busy={create.isPending || change.isPending}
      ready={user !== undefined || (name.trim() !== "" && typed.password !== "")}
      error={create.error ?? change.error}
    >
      {!user && (
        <FieldRow>
          <Field label={t("users.name")} help={t("users.nameHelp")} required>
            {(ids) => <TextInput {...ids} autoComplete="off" required value={name} onChange={(event) => set({ username: event.target.value })} />}
          </Field>
          <Field label={t("users.passwordLabel")} help={t("users.passwordHelp")} required>
            {(ids) => <TextInput {...ids} type="password" autoComplete="new-password" required value={typed.password} onChange={(event) => set({ password: event.target.value })} />}
          </Field>
        </FieldRow>
      )}
      <FieldRow>
        <Field label={t("users.firstName")}>{(ids) => <TextInput {...ids} autoComplete="off" value={typed.first_name} onChange={(event) => set({ first_name: event.target.value })} />}</Field>
        <Field label={t("users.lastName")}>{(ids) => <TextInput {...ids} autoComplete="off" value={typed.last_name} onChange={(event) => set({ last_name: event.target.value })} />}</Field>
      </FieldRow>
      <Field label={t("users.email")}>{(ids) => <TextInput {...ids} type="email" autoComplete="off" value={typed.email} onChange={(event) => set({ email: event.target.value })} />}</Field>
      <PickChips label={t("users.roles")} all={roles} chosen={typed.roles} onChange={(chosen) => set({ roles: chosen })} help={t("users.rolesHelp")} />
    </FormDialog>
  );
}
