import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";

import { confOf, paramsOf, valuesOf } from "@/lib/params";

import { ParamForm } from "./ParamForm";

const PARAMS = paramsOf({
  region: { value: "eu", schema: { enum: ["eu", "us"], values_display: { us: "United States" }, title: "Region" } },
  limit: { value: 10, schema: { type: "integer", maximum: 20 } },
  full: { value: false, schema: { type: "boolean" } },
  who: { value: null, schema: { type: "string" }, description: "Whoever asks" },
  at: { value: "2026-07-01T10:00:00Z", schema: { type: "string", format: "date-time", section: "Dates" } },
  tables: { value: ["a"], schema: { type: "array", items: { type: "string" } } },
  options: { value: { deep: true }, schema: { type: "object" } },
});

function Form({ strict = false }: { strict?: boolean }) {
  const [values, setValues] = useState(() => valuesOf(PARAMS, null));
  return (
    <>
      <ParamForm params={PARAMS} values={values} onChange={(name, value) => setValues({ ...values, [name]: value })} strict={strict} zone="Europe/Berlin" />
      <output>{JSON.stringify(confOf(PARAMS, values))}</output>
    </>
  );
}

const sent = () => JSON.parse(screen.getByRole("status").textContent) as Record<string, unknown>;

it("gives values of the types that the params have", async () => {
  const user = userEvent.setup();
  render(<Form />);
  await user.selectOptions(screen.getByLabelText(/Region/), "United States");
  await user.clear(screen.getByLabelText(/limit/));
  await user.type(screen.getByLabelText(/limit/), "12");
  await user.click(screen.getByLabelText("full"));
  await user.type(screen.getByLabelText(/who/), "Ana");
  await user.type(screen.getByLabelText(/tables/), "{Enter}b");
  const options = screen.getByLabelText(/options/);
  await user.clear(options);
  await user.type(options, '{{"n": [[1]}');
  expect(sent()).toEqual({ region: "us", limit: 12, full: true, who: "Ana", at: "2026-07-01T10:00:00Z", tables: ["a", "b"], options: { n: [1] } });
});

it("shows dates with times in the zone of the viewer", () => {
  render(<Form />);
  expect(screen.getByLabelText(/^at/)).toHaveValue("2026-07-01T12:00");
});

it("says at the field what is wrong with it", async () => {
  const user = userEvent.setup();
  render(<Form />);
  const limit = screen.getByLabelText(/limit/);
  await user.clear(limit);
  await user.type(limit, "21");
  expect(limit).toHaveAccessibleDescription("This must be at most 20.");
  expect(limit).toBeInvalid();
});

it("leaves untouched fields alone until it is sent", () => {
  const { rerender } = render(<Form />);
  expect(screen.getByLabelText(/who/)).toHaveAccessibleDescription("Whoever asks");
  rerender(<Form strict />);
  expect(screen.getByLabelText(/who/)).toHaveAccessibleDescription("This must be given.");
});
