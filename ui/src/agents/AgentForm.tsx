import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { ActForm } from "../form/ActForm";
import { Choice, Field, INPUT } from "../form/Field";
import { Modal } from "../form/Modal";
import { useAct } from "../form/useAct";
import type { AgentFacts } from "../rpc/protocol";
import { useStore } from "../store/react";
import { t } from "../text/text";

const PRESETS = ["sandboxed", "worker", "trusted", "yolo"] as const;

interface Props {
  agents: readonly AgentFacts[];
  /** The agent that is changed; none makes a new one. */
  agent?: AgentFacts;
  systemPrompt?: string;
  onClose: () => void;
}

const wordsOf = (text: string, by: string) => text.split(by).map((word) => word.trim()).filter(Boolean);

/** Makes an agent, or changes one that was made. */
export function AgentForm({ agents, agent, systemPrompt = "", onClose }: Props) {
  const store = useStore();
  const router = useRouter();
  const act = useAct();
  const [name, setName] = useState("");
  const [parent, setParent] = useState("");
  const [preset, setPreset] = useState(agent?.preset ?? "worker");
  const [model, setModel] = useState(agent?.models[0] ?? "");
  const [prompt, setPrompt] = useState(systemPrompt);
  const [off, setOff] = useState(agent?.disabled_tools.join(", ") ?? "");
  const [paths, setPaths] = useState(agent?.write_paths.join("\n") ?? "");
  const [isTemp, setTemp] = useState(false);
  const save = async () => {
    const limits = { preset, model: model || null, systemPrompt: prompt, disableTools: wordsOf(off, ","), allowedWritePaths: wordsOf(paths, "\n") };
    let id = agent?.id ?? "";
    const isDone = await act.run(
      "save",
      async () => {
        if (agent) return store.client.call("agents.update", { agentId: agent.id, ...limits });
        const made = await store.client.call("agents.create", { agentId: name || null, parentAgentId: parent || null, isTemp, ...limits });
        id = made.agent.id;
        return made;
      },
      t(agent ? "agents.changed" : "agents.created", { agent: agent?.id ?? name }),
    );
    if (!isDone) return;
    store.resources.reload("agents.");
    onClose();
    if (!agent) void router.navigate({ to: "/agents/$id", params: { id } });
  };
  return (
    <Modal title={agent ? t("agents.changeTitle", { agent: agent.id }) : t("agents.create")} isOpen onClose={onClose} isWide>
      <ActForm act={act} action={t(agent ? "agents.save" : "agents.make")} onSubmit={() => void save()} onCancel={onClose}>
        {!agent && (
          <div className="grid gap-3 md:grid-cols-2">
            <Field label={t("agents.name")} help={t("agents.nameHelp")}>
              <input className={INPUT} autoFocus value={name} onChange={(event) => setName(event.target.value)} />
            </Field>
            <Field label={t("agents.parentField")}>
              <Choice
                label={t("agents.parentField")}
                value={parent}
                options={[["", t("agents.parentNone")], ...agents.map(({ id }) => [id, id] as const)]}
                onChange={setParent}
              />
            </Field>
          </div>
        )}
        <div className="grid gap-3 md:grid-cols-2">
          <Field label={t("agents.preset")} help={t("agents.presetHelp")}>
            <Choice
              label={t("agents.preset")}
              value={preset}
              options={[...new Set([...PRESETS, preset])].map((each) => [each, each] as const)}
              onChange={setPreset}
            />
          </Field>
          <Field label={t("agents.model")}>
            <input className={INPUT} placeholder={t("agents.modelDefault")} value={model} onChange={(event) => setModel(event.target.value)} />
          </Field>
        </div>
        <Field label={t("agents.prompt")}>
          <textarea className={`${INPUT} min-h-24`} value={prompt} onChange={(event) => setPrompt(event.target.value)} />
        </Field>
        <Field label={t("agents.disableField")} help={t("agents.commas")}>
          <input className={INPUT} spellCheck={false} value={off} onChange={(event) => setOff(event.target.value)} />
        </Field>
        <Field label={t("agents.pathsField")} help={t("agents.pathsHelp")}>
          <textarea className={`${INPUT} min-h-16 font-mono`} spellCheck={false} value={paths} onChange={(event) => setPaths(event.target.value)} />
        </Field>
        {!agent && (
          <label className="flex min-h-8 items-center gap-2 text-sm">
            <input type="checkbox" checked={isTemp} onChange={(event) => setTemp(event.target.checked)} />
            {t("agents.tempField")}
          </label>
        )}
      </ActForm>
    </Modal>
  );
}
