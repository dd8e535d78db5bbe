import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useSay } from "@/components/Toasts";
import { download } from "@/lib/download";

import { write } from "./file";
import { fetchAll } from "./useVariables";

/** Saves all variables as a file, and says how many, and what is not in it. */
export function useExport() {
  const { t } = useTranslation("variables");
  const say = useSay();
  return useMutation({
    mutationFn: fetchAll,
    onSuccess: (variables) => {
      const { text, count, leftOut } = write(variables);
      download("variables.json", text, "application/json");
      say.done(t("exported", { count }), leftOut > 0 ? t("leftOut", { count: leftOut }) : undefined);
    },
    onError: say.failed,
  });
}
