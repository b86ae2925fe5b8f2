// The models of the server: GET /v1/models and /api/tags (what there is), /api/ps (what is loaded),
// POST /api/show (what one of them is).
import { requestJson } from './http';

export interface Model {
  name: string;
  bytes: number; // 0: not known
  parameters: string; // "494.03M", or empty
  quantization: string; // "Q4_K_M", or empty
}

export interface LoadedModel {
  name: string;
  bytes: number;
  contextLength: number;
}

export interface ModelDetails {
  architecture: string;
  contextLength: number;
  parameters: string;
  quantization: string;
  capabilities: string[];
}

interface Details {
  family?: string;
  parameter_size?: string;
  quantization_level?: string;
}

interface Tags {
  models?: { name: string; size?: number; details?: Details }[];
}

// Both lists together: a model given on the command line need not be in the store.
export async function listModels(): Promise<Model[]> {
  const [served, stored] = await Promise.all([
    requestJson<{ data?: { id: string }[] }>('v1/models'),
    requestJson<Tags>('api/tags').catch((): Tags => ({})),
  ]);
  const models = new Map<string, Model>();
  for (const { id } of served.data ?? []) {
    models.set(id, { name: id, bytes: 0, parameters: '', quantization: '' });
  }
  for (const { name, size, details } of stored.models ?? []) {
    const id = models.has(name) ? name : name.replace(/:latest$/, '');
    models.set(models.has(id) ? id : name, {
      name: models.has(id) ? id : name,
      bytes: size ?? 0,
      parameters: details?.parameter_size ?? '',
      quantization: details?.quantization_level ?? '',
    });
  }
  return [...models.values()];
}

export async function loadedModels(): Promise<LoadedModel[]> {
  interface Ps {
    models?: { name: string; size?: number; context_length?: number }[];
  }
  const { models } = await requestJson<Ps>('api/ps');
  return (models ?? []).map((m) => ({
    name: m.name,
    bytes: m.size ?? 0,
    contextLength: m.context_length ?? 0,
  }));
}

export async function showModel(model: string): Promise<ModelDetails> {
  interface Show {
    details?: Details;
    model_info?: Record<string, unknown>;
    capabilities?: string[];
  }
  const {
    details,
    model_info: info = {},
    capabilities,
  } = await requestJson<Show>('api/show', {
    model,
  });
  const architecture = String(info['general.architecture'] ?? details?.family ?? '');
  return {
    architecture,
    contextLength: Number(info[`${architecture}.context_length`]) || 0,
    parameters: details?.parameter_size ?? '',
    quantization: details?.quantization_level ?? '',
    capabilities: capabilities ?? [],
  };
}
