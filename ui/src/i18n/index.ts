/** The words of the app. A language is one chunk; English is what a missing word falls back to. */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = { en: "English", "zh-CN": "简体中文" } as const;
export type Language = keyof typeof LANGUAGES;

const LOADERS = { en: () => import("./en"), "zh-CN": () => import("./zh-CN") } as const;

/** Starts with a language, which is loaded first; later ones by `speak`. */
export async function start(language: Language): Promise<i18n> {
  const { default: resources } = await LOADERS[language]();
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: resources },
    defaultNS: "common",
    interpolation: { escapeValue: false }, // React escapes
    returnNull: false,
  });
  document.documentElement.lang = language;
  return i18next;
}

/** Changes the language of all that is on the screen. */
export async function speak(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, "common")) {
    const { default: resources } = await LOADERS[language]();
    for (const [namespace, words] of Object.entries(resources)) i18next.addResourceBundle(language, namespace, words);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
