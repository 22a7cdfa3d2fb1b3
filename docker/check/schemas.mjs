// Checks Compose files against the Compose specification's schema, manifests against Kubernetes' types, Dockerfiles against
// their syntax. check.sh copies this file beside the packages that it needs:
//
//   node schemas.mjs compose FILE …    node schemas.mjs kubernetes FILE …    node schemas.mjs dockerfile FILE …
//
// Prints one line for each error, and exits with 1 if there is any.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, 'node_modules');
let wrong = 0;

function complain(file, what) {
  console.log(`${basename(file)}: ${what}`);
  wrong++;
}

async function documents(file) {
  const { parseAllDocuments } = (await import('yaml')).default;
  return parseAllDocuments(readFileSync(file, 'utf8'), { merge: true })
    .filter(document => {
      document.errors.forEach(error => complain(file, error.message));
      return document.contents !== null;
    })
    .map(document => document.toJS());
}

async function compose(files) {
  const { default: Ajv } = await import('ajv');
  const { default: formats } = await import('ajv-formats');
  const schema = JSON.parse(readFileSync(join(packages, 'dclint/schemas/compose.schema.json'), 'utf8'));
  delete schema.$schema; // draft 7, with another spelling of its address
  const ajv = new Ajv.default({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addFormat('duration', true); // Compose's own: "30s"
  const validate = ajv.compile(schema);
  for (const file of files) {
    for (const stack of await documents(file)) {
      if (!validate(stack)) {
        validate.errors.forEach(error =>
          complain(file, `${error.instancePath} ${error.message} ${error.params.additionalProperty ?? ''}`.trim()));
      }
      references(file, stack);
    }
  }
}

// What a schema cannot check: names that are used and not defined.
function references(file, stack) {
  const services = stack.services ?? {};
  for (const [name, service] of Object.entries(services)) {
    for (const other of Object.keys(service.depends_on ?? {}).map((key, at) =>
      Array.isArray(service.depends_on) ? service.depends_on[at] : key)) {
      if (!(other in services)) complain(file, `${name} depends on ${other}, which is not there`);
    }
    for (const network of service.networks ?? []) {
      if (!(network in (stack.networks ?? {}))) complain(file, `${name} is in the network ${network}, which is not there`);
    }
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0];
      if (source.startsWith('.')) {
        if (!existsSync(resolve(dirname(file), source))) complain(file, `${name} mounts ${source}, which is not there`);
      } else if (!(source in (stack.volumes ?? {}))) {
        complain(file, `${name} mounts the volume ${source}, which is not there`);
      }
    }
    if (service.build && !existsSync(resolve(dirname(file), service.build.context, service.build.dockerfile))) {
      complain(file, `${name} is built from ${service.build.dockerfile}, which is not there`);
    }
  }
}

// Kubernetes' schemas allow unknown members, so a misspelt one passes them. Its TypeScript types do not: each object is
// written as a literal of its type and compiled.
async function kubernetes(files) {
  const lines = [];
  let literals = 0;
  for (const file of files) {
    for (const object of await documents(file)) {
      const { apiVersion, kind } = object;
      const module = `kubernetes-models/${apiVersion}/${kind}`;
      if (!existsSync(join(packages, `${module}.js`))) {
        complain(file, `${apiVersion} ${kind} is not known`);
        continue;
      }
      const { [kind]: Model } = await import(module);
      try {
        new Model(object).validate();
      } catch (refusal) {
        complain(file, `${kind} ${object.metadata?.name}: ${refusal.message}`);
      }
      lines.push(`import type { I${kind} as T${literals} } from '${module}';`);
      lines.push(`export const o${literals}: T${literals} = ${JSON.stringify(object, null, 1)};`);
      literals++;
    }
  }
  const source = join(here, 'objects.ts');
  writeFileSync(source, lines.join('\n'));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022', '--module', 'nodenext'];
  try {
    execFileSync(process.execPath, [join(packages, 'typescript/bin/tsc'), ...options, source], { cwd: here });
  } catch (refusal) {
    complain('objects of all files', String(refusal.stdout ?? refusal));
  }
  console.log(`${literals} objects`);
}

async function dockerfile(files) {
  const { default: utils } = await import('dockerfile-utils');
  for (const file of files) {
    for (const problem of utils.validate(readFileSync(file, 'utf8'))) {
      complain(file, `line ${problem.range.start.line + 1}: ${problem.message}`);
    }
  }
}

const [what, ...files] = process.argv.slice(2);
await { compose, kubernetes, dockerfile }[what](files);
process.exit(wrong === 0 ? 0 : 1);
