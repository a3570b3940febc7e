import { builder } from './builder';
import { moduleArgs, moduleChange, newModule } from './module-settings';
import { Module } from './modules';

builder.mutationFields((t) => ({
  moduleCreate: t.field({
    type: Module,
    access: 'stack:write',
    action: 'module.create',
    description: 'Its versions are tested by runs of the pool, which is given by name or id.',
    args: {
      name: t.arg.string({ required: true }),
      terraformProvider: t.arg.string({ description: "'default' unless given." }),
      space: t.arg.id({ description: "That of its pool unless given. It is the first part of the module's source." }),
      workerPool: t.arg.id({ required: true }),
      ...moduleArgs,
    },
    resolve: (_root, args, { admin }) => admin.modules.create(newModule(args)),
  }),
  moduleUpdate: t.field({
    type: Module,
    access: 'stack:write',
    action: 'module.update',
    description:
      "Counts for versions that are made from now on. What is left out stays; an empty runnerImage means the pool's again, an empty toolVersion the runner image's.",
    args: {
      module: t.arg.id({ required: true }),
      workerPool: t.arg.id(),
      ...moduleArgs,
      unsetEnvironment: t.arg.stringList(),
    },
    resolve: (_root, { module, ...args }, { admin }) => admin.modules.update(module, moduleChange(args)),
  }),
  moduleDelete: t.field({
    type: Module,
    access: 'stack:write',
    action: 'module.delete',
    nullable: true,
    description: 'With its versions, which nobody can fetch any more. Refused while it has unfinished runs.',
    args: { module: t.arg.id({ required: true }) },
    resolve: (_root, { module }, { admin }) => admin.modules.delete(module),
  }),
}));
