import { type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./Button";
import { Code } from "./Code";
import { Dialog } from "./Dialog";

/** A secret that the server tells this once: to be copied now. */
export function ShownOnce({ title, secret, onClose, children }: { title: string; secret: string; onClose: () => void; children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      description={t("shownOnce.text")}
      footer={
        <Button kind="primary" onClick={onClose}>
          {t("shownOnce.kept")}
        </Button>
      }
    >
      <Code text={secret} wrap />
      {children}
    </Dialog>
  );
}
