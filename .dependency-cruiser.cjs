/**
 * The floors of the house: imports run one way, from the commands down to the model, and in no circle. A folder may
 * import what is listed for it, and itself.
 */
const floors = {
  'src/commands': ['src/cli', 'src/lib'],
  'src/cli': ['src/lib'],
  'src/lib/watch': ['src/lib/reconcile', 'src/lib/report', 'src/lib/docker', 'src/lib/model'],
  'src/lib/doctor': ['src/lib/reconcile', 'src/lib/warps', 'src/lib/model'],
  'src/lib/reconcile': [
    'src/lib/networks',
    'src/lib/attachments',
    'src/lib/proxies',
    'src/lib/warps',
    'src/lib/docker',
    'src/lib/netns',
    'src/lib/config',
    'src/lib/model',
    'src/lib/net',
  ],
  'src/lib/log': ['src/lib/model'],
  'src/lib/report': ['src/lib/model', 'src/lib/net'],
  'src/lib/networks': ['src/lib/config', 'src/lib/model', 'src/lib/net'],
  'src/lib/attachments': ['src/lib/config', 'src/lib/model', 'src/lib/net'],
  'src/lib/proxies': ['src/lib/config', 'src/lib/model', 'src/lib/net'],
  'src/lib/warps': ['src/lib/config', 'src/lib/model', 'src/lib/net'],
  'src/lib/netns': ['src/lib/model', 'src/lib/net'],
  'src/lib/docker': ['src/lib/model', 'src/lib/net'],
  'src/lib/config': ['src/lib/model', 'src/lib/net'],
  'src/lib/model': [],
  'src/lib/net': [],
};

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-folder-circles', severity: 'error', scope: 'folder', from: {}, to: { circular: true } },
    ...Object.entries(floors).map(([folder, allowed]) => ({
      name: `${folder} imports downwards only`,
      severity: 'error',
      from: { path: `^${folder}/` },
      to: {
        path: '^src/',
        pathNot: [folder, ...allowed].map(entry => `^${entry}/`),
      },
    })),
    {
      name: 'only the adapter knows dockerode',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/lib/docker/' },
      to: { path: 'node_modules/(dockerode|docker-modem)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
