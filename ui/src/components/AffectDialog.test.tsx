import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";

import { AffectDialog } from "./AffectDialog";

const base = { open: true, onClose: vi.fn(), title: "Clear", description: "They run again.", verb: "Clear them" };
const failed = { runId: "r1", taskId: "load", mapIndex: -1, state: "failed" };
const mapped = { runId: "r1", taskId: "clean", mapIndex: 3, state: "success" };

describe("AffectDialog", () => {
  it("shows what will be changed, counted by state", () => {
    render(<AffectDialog {...base} onConfirm={vi.fn()} affected={[failed, mapped, mapped]} />);
    expect(screen.getByText("3 task instances")).toBeInTheDocument();
    expect(screen.getByText("load")).toBeInTheDocument();
    expect(screen.getAllByText("clean [3]")).toHaveLength(2);
    expect(screen.queryByText("Run")).not.toBeInTheDocument();
  });

  it("names the runs where there are several", () => {
    render(<AffectDialog {...base} onConfirm={vi.fn()} affected={[failed, { ...failed, runId: "r2" }]} />);
    expect(screen.getByText("r2")).toBeInTheDocument();
  });

  it("does nothing to nothing, nor while it is asked what it would be", () => {
    const { rerender } = render(<AffectDialog {...base} onConfirm={vi.fn()} affected={[]} />);
    expect(screen.getByRole("button", { name: "Clear them" })).toBeDisabled();
    rerender(<AffectDialog {...base} onConfirm={vi.fn()} affected={undefined} />);
    expect(screen.getByRole("button", { name: "Clear them" })).toBeDisabled();
    rerender(<AffectDialog {...base} onConfirm={vi.fn()} affected={undefined} error={new Error("The run is gone.")} />);
    expect(screen.getByRole("alert")).toHaveTextContent("The run is gone.");
  });

  it("tells choices and the note", async () => {
    const onOption = vi.fn();
    const onConfirm = vi.fn();
    render(
      <AffectDialog {...base} onConfirm={onConfirm} affected={[failed]} options={[{ key: "down", label: "Downstream", on: false }]} onOption={onOption} note="" onNote={vi.fn()} />,
    );
    await userEvent.click(screen.getByLabelText("Downstream"));
    expect(onOption).toHaveBeenCalledWith("down", true);
    await userEvent.click(screen.getByRole("button", { name: "Clear them" }));
    expect(onConfirm).toHaveBeenCalledOnce();
  });
});
