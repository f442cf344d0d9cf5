// Generated from docs/schema/samples.json by `npm run codegen`; do not edit.
import type { ClientFrame, Events, Methods, ServerFrame, Transients } from "./protocol";

type Of<Table> = { [E in keyof Table]: { type: E; properties: Table[E] } }[keyof Table];

export const methods: {
  [M in keyof Methods]: { params: Methods[M]["params"][]; result: Methods[M]["result"][] };
} = {
 "acl.audit.export": {
  "params": [
   {
    "after": 7,
    "afterCheckpoint": 7,
    "filter": {
     "action": "action",
     "principal": "principal",
     "requestId": "requestId",
     "resource": "resource",
     "sessionKey": "main",
     "since": 1767225600000,
     "until": 1767225600000,
     "verdict": "verdict"
    },
    "limit": 7
   },
   {
    "after": 0,
    "afterCheckpoint": 0,
    "filter": {}
   }
  ],
  "result": [
   {
    "checkpoints": [
     {
      "at": 1767225600000,
      "base": 7,
      "baseHash": "baseHash",
      "headHash": "headHash",
      "keyId": "keyId",
      "number": 7,
      "position": 7,
      "signature": "signature"
     }
    ],
    "keys": [
     "keys"
    ],
    "nextAfter": 7,
    "rows": [
     {
      "action": "action",
      "at": 1767225600000,
      "chain": "chain",
      "decision": 7,
      "digest": "digest",
      "hash": "hash",
      "outcome": "outcome",
      "position": 7,
      "reason": "reason",
      "requestId": "requestId",
      "resource": "resource",
      "turnId": "turnId",
      "verdict": "verdict"
     }
    ]
   },
   {
    "checkpoints": [
     {
      "at": 1767225600000,
      "base": 7,
      "baseHash": "baseHash",
      "headHash": "headHash",
      "keyId": "keyId",
      "number": 7,
      "position": 7,
      "signature": "signature"
     }
    ],
    "keys": [
     "keys"
    ],
    "rows": [
     {
      "action": null,
      "at": 1767225600000,
      "chain": null,
      "decision": null,
      "digest": null,
      "hash": "hash",
      "outcome": null,
      "position": 7,
      "reason": null,
      "requestId": null,
      "resource": null,
      "turnId": null,
      "verdict": null
     }
    ]
   }
  ]
 },
 "acl.audit.list": {
  "params": [
   {
    "before": 7,
    "filter": {
     "action": "action",
     "principal": "principal",
     "requestId": "requestId",
     "resource": "resource",
     "sessionKey": "main",
     "since": 1767225600000,
     "until": 1767225600000,
     "verdict": "verdict"
    },
    "limit": 7
   },
   {
    "filter": {}
   }
  ],
  "result": [
   {
    "entries": [
     {
      "action": "action",
      "at": 1767225600000,
      "digest": "digest",
      "hash": "hash",
      "outcomes": [
       {
        "at": 1767225600000,
        "position": 7,
        "text": "text"
       }
      ],
      "position": 7,
      "principals": [
       "principals"
      ],
      "reason": "reason",
      "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resource": "resource",
      "sessionKey": "main",
      "verdict": "verdict"
     }
    ],
    "nextBefore": 7
   },
   {
    "entries": [
     {
      "action": "action",
      "at": 1767225600000,
      "hash": "hash",
      "outcomes": [
       {
        "at": 1767225600000,
        "position": 7,
        "text": "text"
       }
      ],
      "position": 7,
      "principals": [
       "principals"
      ],
      "reason": "reason",
      "resource": "resource",
      "verdict": "verdict"
     }
    ]
   }
  ]
 },
 "acl.audit.show": {
  "params": [
   {
    "position": 7
   }
  ],
  "result": [
   {
    "checkpoint": {
     "at": 1767225600000,
     "base": 7,
     "baseHash": "baseHash",
     "headHash": "headHash",
     "keyId": "keyId",
     "number": 7,
     "position": 7,
     "signature": "signature"
    },
    "entry": {
     "action": "action",
     "at": 1767225600000,
     "digest": "digest",
     "hash": "hash",
     "outcomes": [
      {
       "at": 1767225600000,
       "position": 7,
       "text": "text"
      }
     ],
     "position": 7,
     "principals": [
      "principals"
     ],
     "reason": "reason",
     "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resource": "resource",
     "sessionKey": "main",
     "verdict": "verdict"
    }
   },
   {
    "entry": {
     "action": "action",
     "at": 1767225600000,
     "hash": "hash",
     "outcomes": [
      {
       "at": 1767225600000,
       "position": 7,
       "text": "text"
      }
     ],
     "position": 7,
     "principals": [
      "principals"
     ],
     "reason": "reason",
     "resource": "resource",
     "verdict": "verdict"
    }
   }
  ]
 },
 "acl.audit.stats": {
  "params": [
   {
    "since": 1767225600000
   },
   {}
  ],
  "result": [
   {
    "actions": [
     {
      "count": 7,
      "name": "name"
     }
    ],
    "denied": [
     {
      "count": 7,
      "name": "name"
     }
    ],
    "head": 7,
    "isCut": true,
    "nDecisions": 7,
    "principals": [
     {
      "count": 7,
      "name": "name"
     }
    ],
    "signedTo": 7,
    "since": 1767225600000,
    "verdicts": [
     {
      "count": 7,
      "name": "name"
     }
    ]
   },
   {
    "actions": [
     {
      "count": 7,
      "name": "name"
     }
    ],
    "denied": [
     {
      "count": 7,
      "name": "name"
     }
    ],
    "head": 7,
    "isCut": false,
    "nDecisions": 7,
    "principals": [
     {
      "count": 7,
      "name": "name"
     }
    ],
    "signedTo": 7,
    "verdicts": [
     {
      "count": 7,
      "name": "name"
     }
    ]
   }
  ]
 },
 "acl.audit.verify": {
  "params": [
   {}
  ],
  "result": [
   {
    "broken": {
     "position": 7,
     "reason": "reason"
    },
    "isWhole": true,
    "summary": {
     "areSignaturesChecked": true,
     "first": 7,
     "headHash": "headHash",
     "nCheckpoints": 7,
     "nRows": 7,
     "signedTo": 7
    }
   },
   {
    "isWhole": false
   }
  ]
 },
 "acl.explain": {
  "params": [
   {
    "question": {
     "access": "read",
     "channel": "channel",
     "command": [
      "command"
     ],
     "effect": "read",
     "host": "host",
     "labels": [
      "labels"
     ],
     "path": "notes/today.md",
     "peerKind": "dm",
     "posture": "posture",
     "recipient": "recipient",
     "resource": "resource",
     "sessionKey": "main",
     "verb": "call"
    },
    "who": [
     "who"
    ]
   },
   {
    "question": {
     "resource": "resource",
     "verb": "start_run"
    },
    "who": [
     "who"
    ]
   },
   {
    "question": {
     "access": "delete",
     "channel": "channel",
     "command": [
      "command"
     ],
     "effect": "network",
     "host": "host",
     "labels": [
      "labels"
     ],
     "path": "notes/today.md",
     "peerKind": "channel",
     "posture": "posture",
     "recipient": "recipient",
     "resource": "resource",
     "sessionKey": "main",
     "verb": "use_tool"
    },
    "who": [
     "who"
    ]
   },
   {
    "question": {
     "resource": "resource",
     "verb": "deliver"
    },
    "who": [
     "who"
    ]
   },
   {
    "question": {
     "access": "write",
     "channel": "channel",
     "command": [
      "command"
     ],
     "effect": "delegate",
     "host": "host",
     "labels": [
      "labels"
     ],
     "path": "notes/today.md",
     "peerKind": "group",
     "posture": "posture",
     "recipient": "recipient",
     "resource": "resource",
     "sessionKey": "main",
     "verb": "approve"
    },
    "who": [
     "who"
    ]
   }
  ],
  "result": [
   {
    "action": "action",
    "links": [
     {
      "policies": [
       {
        "id": "id",
        "kind": "kind",
        "place": "place",
        "reason": "reason"
       }
      ],
      "preset": "preset",
      "principal": "principal",
      "verdict": "verdict"
     }
    ],
    "needed": [
     "needed"
    ],
    "reason": "reason",
    "verdict": "verdict"
   },
   {
    "action": "action",
    "links": [
     {
      "policies": [
       {
        "id": "id",
        "kind": "kind",
        "place": "place",
        "reason": "reason"
       }
      ],
      "principal": "principal",
      "verdict": "verdict"
     }
    ],
    "needed": [
     "needed"
    ],
    "reason": "reason",
    "verdict": "verdict"
   }
  ]
 },
 "acl.grants.create": {
  "params": [
   {
    "durationMs": 1500,
    "effect": "allow",
    "idempotencyKey": "3f1c0b1e-once",
    "principal": "principal",
    "reason": "reason",
    "scope": {
     "command": [
      "command"
     ],
     "digest": "digest",
     "host": "host",
     "path": "notes/today.md",
     "port": 7,
     "recipient": "recipient",
     "resource": "resource",
     "session_key": "main"
    },
    "verb": "call"
   },
   {
    "effect": "deny",
    "idempotencyKey": "3f1c0b1e-once",
    "principal": "principal",
    "reason": "reason",
    "scope": {},
    "verb": "start_run"
   },
   {
    "durationMs": 1500,
    "effect": "allow",
    "idempotencyKey": "3f1c0b1e-once",
    "principal": "principal",
    "reason": "reason",
    "scope": {
     "command": [
      "command"
     ],
     "digest": "digest",
     "host": "host",
     "path": "notes/today.md",
     "port": 7,
     "recipient": "recipient",
     "resource": "resource",
     "session_key": "main"
    },
    "verb": "use_tool"
   },
   {
    "effect": "deny",
    "idempotencyKey": "3f1c0b1e-once",
    "principal": "principal",
    "reason": "reason",
    "scope": {},
    "verb": "deliver"
   }
  ],
  "result": [
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "kind": "owner"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "kind": "owner"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "known"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "known"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "unknown"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "unknown"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "use_tool"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "main",
      "kind": "agent"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "main",
      "kind": "agent"
     },
     "reason": "reason",
     "scope": {},
     "verb": "deliver"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "adapter"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "adapter"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "api_key"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "api_key"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "job"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "job"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "use_tool"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "device"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "device"
     },
     "reason": "reason",
     "scope": {},
     "verb": "deliver"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "hook"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "hook"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "kind": "system"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "kind": "system"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    }
   }
  ]
 },
 "acl.grants.list": {
  "params": [
   {
    "before": "before",
    "includeEnded": true,
    "limit": 7,
    "principal": "principal"
   },
   {
    "includeEnded": false
   }
  ],
  "result": [
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "allow",
      "expires_at": 1767225600000,
      "granted_by": {
       "kind": "owner"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "kind": "owner"
      },
      "reason": "reason",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "kind": "owner"
      },
      "scope": {
       "command": [
        "command"
       ],
       "digest": "digest",
       "host": "host",
       "path": "notes/today.md",
       "port": 7,
       "recipient": "recipient",
       "resource": "resource",
       "session_key": "main"
      },
      "verb": "call"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "deny",
      "granted_by": {
       "id": "id",
       "kind": "known"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "id",
       "kind": "known"
      },
      "reason": "reason",
      "scope": {},
      "verb": "start_run"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "allow",
      "expires_at": 1767225600000,
      "granted_by": {
       "id": "id",
       "kind": "unknown"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "id",
       "kind": "unknown"
      },
      "reason": "reason",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "unknown"
      },
      "scope": {
       "command": [
        "command"
       ],
       "digest": "digest",
       "host": "host",
       "path": "notes/today.md",
       "port": 7,
       "recipient": "recipient",
       "resource": "resource",
       "session_key": "main"
      },
      "verb": "use_tool"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "deny",
      "granted_by": {
       "id": "main",
       "kind": "agent"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "main",
       "kind": "agent"
      },
      "reason": "reason",
      "scope": {},
      "verb": "deliver"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "allow",
      "expires_at": 1767225600000,
      "granted_by": {
       "id": "id",
       "kind": "adapter"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "id",
       "kind": "adapter"
      },
      "reason": "reason",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "adapter"
      },
      "scope": {
       "command": [
        "command"
       ],
       "digest": "digest",
       "host": "host",
       "path": "notes/today.md",
       "port": 7,
       "recipient": "recipient",
       "resource": "resource",
       "session_key": "main"
      },
      "verb": "call"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "deny",
      "granted_by": {
       "id": "id",
       "kind": "api_key"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "id",
       "kind": "api_key"
      },
      "reason": "reason",
      "scope": {},
      "verb": "start_run"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "allow",
      "expires_at": 1767225600000,
      "granted_by": {
       "id": "id",
       "kind": "job"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "id",
       "kind": "job"
      },
      "reason": "reason",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "job"
      },
      "scope": {
       "command": [
        "command"
       ],
       "digest": "digest",
       "host": "host",
       "path": "notes/today.md",
       "port": 7,
       "recipient": "recipient",
       "resource": "resource",
       "session_key": "main"
      },
      "verb": "use_tool"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "deny",
      "granted_by": {
       "id": "id",
       "kind": "device"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "id",
       "kind": "device"
      },
      "reason": "reason",
      "scope": {},
      "verb": "deliver"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "allow",
      "expires_at": 1767225600000,
      "granted_by": {
       "id": "id",
       "kind": "hook"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "id": "id",
       "kind": "hook"
      },
      "reason": "reason",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "hook"
      },
      "scope": {
       "command": [
        "command"
       ],
       "digest": "digest",
       "host": "host",
       "path": "notes/today.md",
       "port": 7,
       "recipient": "recipient",
       "resource": "resource",
       "session_key": "main"
      },
      "verb": "call"
     }
    ]
   },
   {
    "grants": [
     {
      "created_at": 1767225600000,
      "effect": "deny",
      "granted_by": {
       "kind": "system"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "principal": {
       "kind": "system"
      },
      "reason": "reason",
      "scope": {},
      "verb": "start_run"
     }
    ]
   }
  ]
 },
 "acl.grants.revoke": {
  "params": [
   {
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "kind": "owner"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "kind": "owner"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "known"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "known"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "unknown"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "unknown"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "use_tool"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "main",
      "kind": "agent"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "main",
      "kind": "agent"
     },
     "reason": "reason",
     "scope": {},
     "verb": "deliver"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "adapter"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "adapter"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "api_key"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "api_key"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "job"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "job"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "use_tool"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "device"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "device"
     },
     "reason": "reason",
     "scope": {},
     "verb": "deliver"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "hook"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "hook"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    }
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "kind": "system"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "kind": "system"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    }
   }
  ]
 },
 "acl.grants.show": {
  "params": [
   {
    "id": "id"
   }
  ],
  "result": [
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "kind": "owner"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "kind": "owner"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    },
    "log": [
     {
      "at": 1767225600000,
      "by": {
       "kind": "owner"
      },
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "known"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "known"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    },
    "log": [
     {
      "at": 1767225600000,
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "unknown"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "unknown"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "use_tool"
    },
    "log": [
     {
      "at": 1767225600000,
      "by": {
       "id": "id",
       "kind": "unknown"
      },
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "main",
      "kind": "agent"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "main",
      "kind": "agent"
     },
     "reason": "reason",
     "scope": {},
     "verb": "deliver"
    },
    "log": [
     {
      "at": 1767225600000,
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "adapter"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "adapter"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    },
    "log": [
     {
      "at": 1767225600000,
      "by": {
       "id": "id",
       "kind": "adapter"
      },
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "api_key"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "api_key"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    },
    "log": [
     {
      "at": 1767225600000,
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "job"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "job"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "use_tool"
    },
    "log": [
     {
      "at": 1767225600000,
      "by": {
       "id": "id",
       "kind": "job"
      },
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "id": "id",
      "kind": "device"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "device"
     },
     "reason": "reason",
     "scope": {},
     "verb": "deliver"
    },
    "log": [
     {
      "at": 1767225600000,
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "allow",
     "expires_at": 1767225600000,
     "granted_by": {
      "id": "id",
      "kind": "hook"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "id": "id",
      "kind": "hook"
     },
     "reason": "reason",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scope": {
      "command": [
       "command"
      ],
      "digest": "digest",
      "host": "host",
      "path": "notes/today.md",
      "port": 7,
      "recipient": "recipient",
      "resource": "resource",
      "session_key": "main"
     },
     "verb": "call"
    },
    "log": [
     {
      "at": 1767225600000,
      "by": {
       "id": "id",
       "kind": "hook"
      },
      "what": "what"
     }
    ],
    "nUses": 7
   },
   {
    "grant": {
     "created_at": 1767225600000,
     "effect": "deny",
     "granted_by": {
      "kind": "system"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "principal": {
      "kind": "system"
     },
     "reason": "reason",
     "scope": {},
     "verb": "start_run"
    },
    "log": [
     {
      "at": 1767225600000,
      "what": "what"
     }
    ],
    "nUses": 7
   }
  ]
 },
 "acl.policies.list": {
  "params": [
   {}
  ],
  "result": [
   {
    "epoch": 7,
    "folder": "folder",
    "policies": [
     {
      "id": "id",
      "kind": "kind",
      "line": 7,
      "reason": "reason",
      "source": "source"
     }
    ]
   }
  ]
 },
 "acl.policies.show": {
  "params": [
   {
    "id": "id"
   }
  ],
  "result": [
   {
    "policy": {
     "id": "id",
     "kind": "kind",
     "line": 7,
     "reason": "reason",
     "source": "source"
    },
    "text": "text"
   }
  ]
 },
 "acl.policies.validate": {
  "params": [
   {
    "text": "text"
   },
   {}
  ],
  "result": [
   {
    "findings": [
     {
      "line": 7,
      "problem": "problem",
      "source": "source"
     }
    ],
    "isValid": true
   },
   {
    "findings": [
     {
      "problem": "problem",
      "source": "source"
     }
    ],
    "isValid": false
   }
  ]
 },
 "acl.requests.approve": {
  "params": [
   {
    "comment": "comment",
    "digest": "digest",
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once",
    "place": {
     "proposal": 7
    },
    "signature": {
     "device": "device",
     "signature": "signature"
    },
    "span": "once"
   },
   {
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once",
    "span": "once"
   },
   {
    "comment": "comment",
    "digest": "digest",
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once",
    "place": {
     "proposal": 7
    },
    "signature": {
     "device": "device",
     "signature": "signature"
    },
    "span": "always"
   }
  ],
  "result": [
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "read",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_once",
     "chain": [
      {
       "kind": "owner"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "kind": "owner"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "pending",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "known"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "approved"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_always",
     "chain": [
      {
       "id": "id",
       "kind": "unknown"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "unknown"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "denied",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "main",
       "kind": "agent"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "expired"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "write",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny_always",
     "chain": [
      {
       "id": "id",
       "kind": "adapter"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "adapter"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "withdrawn",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "api_key"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "pending"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_day",
     "chain": [
      {
       "id": "id",
       "kind": "job"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "job"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "approved",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "device"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "denied"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "delete",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny",
     "chain": [
      {
       "id": "id",
       "kind": "hook"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "hook"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "expired",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "kind": "system"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "withdrawn"
    }
   }
  ]
 },
 "acl.requests.deny": {
  "params": [
   {
    "always": true,
    "comment": "comment",
    "digest": "digest",
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once",
    "place": {
     "proposal": 7
    },
    "signature": {
     "device": "device",
     "signature": "signature"
    }
   },
   {
    "always": false,
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "read",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_once",
     "chain": [
      {
       "kind": "owner"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "kind": "owner"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "pending",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "known"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "approved"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_always",
     "chain": [
      {
       "id": "id",
       "kind": "unknown"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "unknown"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "denied",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "main",
       "kind": "agent"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "expired"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "write",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny_always",
     "chain": [
      {
       "id": "id",
       "kind": "adapter"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "adapter"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "withdrawn",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "api_key"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "pending"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_day",
     "chain": [
      {
       "id": "id",
       "kind": "job"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "job"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "approved",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "device"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "denied"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "delete",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny",
     "chain": [
      {
       "id": "id",
       "kind": "hook"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "hook"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "expired",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "kind": "system"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "withdrawn"
    }
   }
  ]
 },
 "acl.requests.extend": {
  "params": [
   {
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "read",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_once",
     "chain": [
      {
       "kind": "owner"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "kind": "owner"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "pending",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "known"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "approved"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_always",
     "chain": [
      {
       "id": "id",
       "kind": "unknown"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "unknown"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "denied",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "main",
       "kind": "agent"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "expired"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "write",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny_always",
     "chain": [
      {
       "id": "id",
       "kind": "adapter"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "adapter"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "withdrawn",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "api_key"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "pending"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_day",
     "chain": [
      {
       "id": "id",
       "kind": "job"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "job"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "approved",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "device"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "denied"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "delete",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny",
     "chain": [
      {
       "id": "id",
       "kind": "hook"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "hook"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "expired",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "kind": "system"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "withdrawn"
    }
   }
  ]
 },
 "acl.requests.list": {
  "params": [
   {
    "includeResolved": true,
    "limit": 7,
    "sessionKey": "main"
   },
   {
    "includeResolved": false
   }
  ],
  "result": [
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "read",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_once",
      "chain": [
       {
        "kind": "owner"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "kind": "owner"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "pending",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "known"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "approved"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_always",
      "chain": [
       {
        "id": "id",
        "kind": "unknown"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "unknown"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "denied",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "main",
        "kind": "agent"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "expired"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "write",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny_always",
      "chain": [
       {
        "id": "id",
        "kind": "adapter"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "adapter"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "withdrawn",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "api_key"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "pending"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_day",
      "chain": [
       {
        "id": "id",
        "kind": "job"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "job"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "approved",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "device"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "denied"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "delete",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny",
      "chain": [
       {
        "id": "id",
        "kind": "hook"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "hook"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "expired",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "requests": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "kind": "system"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "withdrawn"
     }
    ]
   }
  ]
 },
 "acl.requests.seen": {
  "params": [
   {
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "read",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_once",
     "chain": [
      {
       "kind": "owner"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "kind": "owner"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "pending",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "known"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "approved"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_always",
     "chain": [
      {
       "id": "id",
       "kind": "unknown"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "unknown"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "denied",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "main",
       "kind": "agent"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "expired"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "write",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny_always",
     "chain": [
      {
       "id": "id",
       "kind": "adapter"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "adapter"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "withdrawn",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "api_key"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "pending"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_day",
     "chain": [
      {
       "id": "id",
       "kind": "job"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "job"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "approved",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "device"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "denied"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "delete",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny",
     "chain": [
      {
       "id": "id",
       "kind": "hook"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "hook"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "expired",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "kind": "system"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "withdrawn"
    }
   }
  ]
 },
 "acl.requests.show": {
  "params": [
   {
    "id": "id"
   }
  ],
  "result": [
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "read",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_once",
     "chain": [
      {
       "kind": "owner"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "kind": "owner"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "pending",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "known"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "approved"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_always",
     "chain": [
      {
       "id": "id",
       "kind": "unknown"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "unknown"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "denied",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "main",
       "kind": "agent"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "expired"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "write",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny_always",
     "chain": [
      {
       "id": "id",
       "kind": "adapter"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "adapter"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "withdrawn",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "api_key"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "pending"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_day",
     "chain": [
      {
       "id": "id",
       "kind": "job"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "job"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "approved",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "channel": "channel",
        "kind": "recipient",
        "to": "to"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "id": "id",
       "kind": "device"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "denied"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "delete",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny",
     "chain": [
      {
       "id": "id",
       "kind": "hook"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "hook"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "expired",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "request": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "summary": "summary",
      "targets": [
       {
        "host": "host",
        "kind": "host",
        "port": 7
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "chain": [
      {
       "kind": "system"
      }
     ],
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {},
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "status": "withdrawn"
    }
   }
  ]
 },
 "acl.test": {
  "params": [
   {
    "cases": [
     {
      "expect": "allow",
      "name": "name",
      "question": {
       "access": "read",
       "channel": "channel",
       "command": [
        "command"
       ],
       "effect": "read",
       "host": "host",
       "labels": [
        "labels"
       ],
       "path": "notes/today.md",
       "peerKind": "dm",
       "posture": "posture",
       "recipient": "recipient",
       "resource": "resource",
       "sessionKey": "main",
       "verb": "call"
      },
      "who": [
       "who"
      ]
     }
    ]
   },
   {
    "cases": [
     {
      "expect": "ask",
      "question": {
       "resource": "resource",
       "verb": "start_run"
      },
      "who": [
       "who"
      ]
     }
    ]
   },
   {
    "cases": [
     {
      "expect": "deny",
      "name": "name",
      "question": {
       "access": "delete",
       "channel": "channel",
       "command": [
        "command"
       ],
       "effect": "network",
       "host": "host",
       "labels": [
        "labels"
       ],
       "path": "notes/today.md",
       "peerKind": "channel",
       "posture": "posture",
       "recipient": "recipient",
       "resource": "resource",
       "sessionKey": "main",
       "verb": "use_tool"
      },
      "who": [
       "who"
      ]
     }
    ]
   },
   {
    "cases": [
     {
      "expect": "allow",
      "question": {
       "resource": "resource",
       "verb": "deliver"
      },
      "who": [
       "who"
      ]
     }
    ]
   },
   {
    "cases": [
     {
      "expect": "ask",
      "name": "name",
      "question": {
       "access": "write",
       "channel": "channel",
       "command": [
        "command"
       ],
       "effect": "delegate",
       "host": "host",
       "labels": [
        "labels"
       ],
       "path": "notes/today.md",
       "peerKind": "group",
       "posture": "posture",
       "recipient": "recipient",
       "resource": "resource",
       "sessionKey": "main",
       "verb": "approve"
      },
      "who": [
       "who"
      ]
     }
    ]
   }
  ],
  "result": [
   {
    "hasPassed": true,
    "outcomes": [
     {
      "expected": "expected",
      "hasPassed": true,
      "name": "name",
      "reason": "reason",
      "verdict": "verdict"
     }
    ]
   },
   {
    "hasPassed": false,
    "outcomes": [
     {
      "expected": "expected",
      "hasPassed": false,
      "name": "name",
      "reason": "reason",
      "verdict": "verdict"
     }
    ]
   }
  ]
 },
 "acl.whoCan": {
  "params": [
   {
    "question": {
     "access": "read",
     "channel": "channel",
     "command": [
      "command"
     ],
     "effect": "read",
     "host": "host",
     "labels": [
      "labels"
     ],
     "path": "notes/today.md",
     "peerKind": "dm",
     "posture": "posture",
     "recipient": "recipient",
     "resource": "resource",
     "sessionKey": "main",
     "verb": "call"
    }
   },
   {
    "question": {
     "resource": "resource",
     "verb": "start_run"
    }
   },
   {
    "question": {
     "access": "delete",
     "channel": "channel",
     "command": [
      "command"
     ],
     "effect": "network",
     "host": "host",
     "labels": [
      "labels"
     ],
     "path": "notes/today.md",
     "peerKind": "channel",
     "posture": "posture",
     "recipient": "recipient",
     "resource": "resource",
     "sessionKey": "main",
     "verb": "use_tool"
    }
   },
   {
    "question": {
     "resource": "resource",
     "verb": "deliver"
    }
   },
   {
    "question": {
     "access": "write",
     "channel": "channel",
     "command": [
      "command"
     ],
     "effect": "delegate",
     "host": "host",
     "labels": [
      "labels"
     ],
     "path": "notes/today.md",
     "peerKind": "group",
     "posture": "posture",
     "recipient": "recipient",
     "resource": "resource",
     "sessionKey": "main",
     "verb": "approve"
    }
   }
  ],
  "result": [
   {
    "items": [
     {
      "reason": "reason",
      "verdict": "verdict",
      "who": "who"
     }
    ]
   }
  ]
 },
 "agent": {
  "params": [
   {
    "agentId": "main",
    "idempotencyKey": "3f1c0b1e-once",
    "message": "Good morning.",
    "queueMode": "steer",
    "sessionKey": "main",
    "stepsMax": 7,
    "tier": "none"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "message": "Good morning."
   },
   {
    "agentId": "main",
    "idempotencyKey": "3f1c0b1e-once",
    "message": "Good morning.",
    "queueMode": "followup",
    "sessionKey": "main",
    "stepsMax": 7,
    "tier": "haiku"
   },
   {
    "agentId": "main",
    "idempotencyKey": "3f1c0b1e-once",
    "message": "Good morning.",
    "queueMode": "queue",
    "sessionKey": "main",
    "stepsMax": 7,
    "tier": "opus"
   }
  ],
  "result": [
   {
    "isDuplicate": true,
    "requestStatus": "processing",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "steps",
     "nSteps": 7,
     "stopReason": "end_turn",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "isDuplicate": false,
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "done"
   },
   {
    "isDuplicate": true,
    "requestStatus": "parked",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "duration",
     "nSteps": 7,
     "stopReason": "limit",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "isDuplicate": true,
    "requestStatus": "denied",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "tokens",
     "nSteps": 7,
     "stopReason": "error",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "isDuplicate": true,
    "requestStatus": "cancelled",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "steps",
     "nSteps": 7,
     "stopReason": "max_tokens",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   }
  ]
 },
 "agent.wait": {
  "params": [
   {
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "timeoutMs": 1500
   },
   {
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   }
  ],
  "result": [
   {
    "isDuplicate": true,
    "requestStatus": "processing",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "steps",
     "nSteps": 7,
     "stopReason": "end_turn",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "isDuplicate": false,
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "done"
   },
   {
    "isDuplicate": true,
    "requestStatus": "parked",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "duration",
     "nSteps": 7,
     "stopReason": "limit",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "isDuplicate": true,
    "requestStatus": "denied",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "tokens",
     "nSteps": 7,
     "stopReason": "error",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "isDuplicate": true,
    "requestStatus": "cancelled",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted",
    "summary": "summary",
    "turn": {
     "limit": "steps",
     "nSteps": 7,
     "stopReason": "max_tokens",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   }
  ]
 },
 "agents.context": {
  "params": [
   {
    "agentId": "main"
   }
  ],
  "result": [
   {
    "budgetTokens": 7,
    "hasSummary": true,
    "hasSystemPrompt": true,
    "messageCount": 7,
    "messageTokens": 7,
    "systemTokens": 7,
    "toolTokens": 7
   },
   {
    "budgetTokens": 7,
    "hasSummary": false,
    "hasSystemPrompt": false,
    "messageCount": 7,
    "messageTokens": 7,
    "systemTokens": 7,
    "toolTokens": 7
   }
  ]
 },
 "agents.create": {
  "params": [
   {
    "agentId": "main",
    "allowedWritePaths": [
     "allowedWritePaths"
    ],
    "cwd": "cwd",
    "disableTools": [
     "disableTools"
    ],
    "idempotencyKey": "3f1c0b1e-once",
    "isTemp": true,
    "model": "openai/gpt-5",
    "parentAgentId": "main",
    "preset": "preset",
    "systemPrompt": "systemPrompt"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "isTemp": false
   }
  ],
  "result": [
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "kind": "owner"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": false,
     "id": "main",
     "is_busy": false,
     "is_configured": false,
     "is_temp": false,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "unknown"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "adapter"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "job"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "hook"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   }
  ]
 },
 "agents.delete": {
  "params": [
   {
    "agentId": "main",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "deleted": [
     "main"
    ],
    "nStopped": 7
   }
  ]
 },
 "agents.get": {
  "params": [
   {
    "agentId": "main"
   }
  ],
  "result": [
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "kind": "owner"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    },
    "children": [
     "main"
    ],
    "systemPrompt": "systemPrompt"
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": false,
     "id": "main",
     "is_busy": false,
     "is_configured": false,
     "is_temp": false,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    },
    "children": [
     "main"
    ]
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "unknown"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    },
    "children": [
     "main"
    ],
    "systemPrompt": "systemPrompt"
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "adapter"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    },
    "children": [
     "main"
    ],
    "systemPrompt": "systemPrompt"
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "job"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    },
    "children": [
     "main"
    ],
    "systemPrompt": "systemPrompt"
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "hook"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    },
    "children": [
     "main"
    ],
    "systemPrompt": "systemPrompt"
   }
  ]
 },
 "agents.list": {
  "params": [
   {}
  ],
  "result": [
   {
    "agents": [
     {
      "child_count": 7,
      "constraints": [
       "constraints"
      ],
      "created_at": 1767225600000,
      "creator": {
       "kind": "owner"
      },
      "cwd": "cwd",
      "depth": 7,
      "disabled_tools": [
       "disabled_tools"
      ],
      "has_system_prompt": true,
      "id": "main",
      "is_busy": true,
      "is_configured": true,
      "is_temp": true,
      "last_action_at": 1767225600000,
      "limits": {
       "duration_ms_max": 7,
       "steps_max": 7,
       "tokens_max": 7
      },
      "message_count": 7,
      "models": [
       "models"
      ],
      "parent_agent_id": "main",
      "preset": "preset",
      "session_key": "main",
      "tools": [
       "tools"
      ],
      "write_paths": [
       "write_paths"
      ]
     }
    ],
    "defaultAgent": "main"
   },
   {
    "agents": [
     {
      "child_count": 7,
      "constraints": [
       "constraints"
      ],
      "cwd": "cwd",
      "depth": 7,
      "disabled_tools": [
       "disabled_tools"
      ],
      "has_system_prompt": false,
      "id": "main",
      "is_busy": false,
      "is_configured": false,
      "is_temp": false,
      "limits": {
       "duration_ms_max": 7,
       "steps_max": 7,
       "tokens_max": 7
      },
      "message_count": 7,
      "models": [
       "models"
      ],
      "preset": "preset",
      "session_key": "main",
      "tools": [
       "tools"
      ],
      "write_paths": [
       "write_paths"
      ]
     }
    ],
    "defaultAgent": "main"
   },
   {
    "agents": [
     {
      "child_count": 7,
      "constraints": [
       "constraints"
      ],
      "created_at": 1767225600000,
      "creator": {
       "id": "id",
       "kind": "unknown"
      },
      "cwd": "cwd",
      "depth": 7,
      "disabled_tools": [
       "disabled_tools"
      ],
      "has_system_prompt": true,
      "id": "main",
      "is_busy": true,
      "is_configured": true,
      "is_temp": true,
      "last_action_at": 1767225600000,
      "limits": {
       "duration_ms_max": 7,
       "steps_max": 7,
       "tokens_max": 7
      },
      "message_count": 7,
      "models": [
       "models"
      ],
      "parent_agent_id": "main",
      "preset": "preset",
      "session_key": "main",
      "tools": [
       "tools"
      ],
      "write_paths": [
       "write_paths"
      ]
     }
    ],
    "defaultAgent": "main"
   },
   {
    "agents": [
     {
      "child_count": 7,
      "constraints": [
       "constraints"
      ],
      "created_at": 1767225600000,
      "creator": {
       "id": "id",
       "kind": "adapter"
      },
      "cwd": "cwd",
      "depth": 7,
      "disabled_tools": [
       "disabled_tools"
      ],
      "has_system_prompt": true,
      "id": "main",
      "is_busy": true,
      "is_configured": true,
      "is_temp": true,
      "last_action_at": 1767225600000,
      "limits": {
       "duration_ms_max": 7,
       "steps_max": 7,
       "tokens_max": 7
      },
      "message_count": 7,
      "models": [
       "models"
      ],
      "parent_agent_id": "main",
      "preset": "preset",
      "session_key": "main",
      "tools": [
       "tools"
      ],
      "write_paths": [
       "write_paths"
      ]
     }
    ],
    "defaultAgent": "main"
   },
   {
    "agents": [
     {
      "child_count": 7,
      "constraints": [
       "constraints"
      ],
      "created_at": 1767225600000,
      "creator": {
       "id": "id",
       "kind": "job"
      },
      "cwd": "cwd",
      "depth": 7,
      "disabled_tools": [
       "disabled_tools"
      ],
      "has_system_prompt": true,
      "id": "main",
      "is_busy": true,
      "is_configured": true,
      "is_temp": true,
      "last_action_at": 1767225600000,
      "limits": {
       "duration_ms_max": 7,
       "steps_max": 7,
       "tokens_max": 7
      },
      "message_count": 7,
      "models": [
       "models"
      ],
      "parent_agent_id": "main",
      "preset": "preset",
      "session_key": "main",
      "tools": [
       "tools"
      ],
      "write_paths": [
       "write_paths"
      ]
     }
    ],
    "defaultAgent": "main"
   },
   {
    "agents": [
     {
      "child_count": 7,
      "constraints": [
       "constraints"
      ],
      "created_at": 1767225600000,
      "creator": {
       "id": "id",
       "kind": "hook"
      },
      "cwd": "cwd",
      "depth": 7,
      "disabled_tools": [
       "disabled_tools"
      ],
      "has_system_prompt": true,
      "id": "main",
      "is_busy": true,
      "is_configured": true,
      "is_temp": true,
      "last_action_at": 1767225600000,
      "limits": {
       "duration_ms_max": 7,
       "steps_max": 7,
       "tokens_max": 7
      },
      "message_count": 7,
      "models": [
       "models"
      ],
      "parent_agent_id": "main",
      "preset": "preset",
      "session_key": "main",
      "tools": [
       "tools"
      ],
      "write_paths": [
       "write_paths"
      ]
     }
    ],
    "defaultAgent": "main"
   }
  ]
 },
 "agents.update": {
  "params": [
   {
    "agentId": "main",
    "allowedWritePaths": [
     "allowedWritePaths"
    ],
    "disableTools": [
     "disableTools"
    ],
    "idempotencyKey": "3f1c0b1e-once",
    "model": "openai/gpt-5",
    "preset": "preset",
    "systemPrompt": "systemPrompt"
   },
   {
    "agentId": "main",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "kind": "owner"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": false,
     "id": "main",
     "is_busy": false,
     "is_configured": false,
     "is_temp": false,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "unknown"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "adapter"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "job"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   },
   {
    "agent": {
     "child_count": 7,
     "constraints": [
      "constraints"
     ],
     "created_at": 1767225600000,
     "creator": {
      "id": "id",
      "kind": "hook"
     },
     "cwd": "cwd",
     "depth": 7,
     "disabled_tools": [
      "disabled_tools"
     ],
     "has_system_prompt": true,
     "id": "main",
     "is_busy": true,
     "is_configured": true,
     "is_temp": true,
     "last_action_at": 1767225600000,
     "limits": {
      "duration_ms_max": 7,
      "steps_max": 7,
      "tokens_max": 7
     },
     "message_count": 7,
     "models": [
      "models"
     ],
     "parent_agent_id": "main",
     "preset": "preset",
     "session_key": "main",
     "tools": [
      "tools"
     ],
     "write_paths": [
      "write_paths"
     ]
    }
   }
  ]
 },
 "budgets.get": {
  "params": [
   {
    "name": "name"
   }
  ],
  "result": [
   {
    "budget": {
     "accounts": [
      {
       "holder": "holder",
       "nUnpriced": 7,
       "percent": 7,
       "reserved": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "resource": "money",
       "state": "fine",
       "used": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       }
      }
     ],
     "budget": {
      "class": "interactive",
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "name": "name",
      "of": "of",
      "period": "day",
      "scope": "owner",
      "time_zone": "time_zone",
      "warn_percent": 7
     },
     "resetsAt": 1767225600000,
     "state": "fine",
     "window": "window"
    }
   },
   {
    "budget": {
     "accounts": [
      {
       "holder": "holder",
       "nUnpriced": 7,
       "percent": 7,
       "reserved": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "resource": "tokens",
       "state": "warned",
       "used": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       }
      }
     ],
     "budget": {
      "limits": {},
      "name": "name",
      "period": "month",
      "scope": "agent",
      "time_zone": "time_zone",
      "warn_percent": 7
     },
     "state": "warned",
     "window": "window"
    }
   },
   {
    "budget": {
     "accounts": [
      {
       "holder": "holder",
       "nUnpriced": 7,
       "percent": 7,
       "reserved": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "resource": "tool_calls",
       "state": "exhausted",
       "used": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       }
      }
     ],
     "budget": {
      "class": "interactive",
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "name": "name",
      "of": "of",
      "period": "total",
      "scope": "session",
      "time_zone": "time_zone",
      "warn_percent": 7
     },
     "resetsAt": 1767225600000,
     "state": "exhausted",
     "window": "window"
    }
   },
   {
    "budget": {
     "accounts": [
      {
       "holder": "holder",
       "nUnpriced": 7,
       "percent": 7,
       "reserved": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "resource": "model_time",
       "state": "fine",
       "used": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       }
      }
     ],
     "budget": {
      "limits": {},
      "name": "name",
      "period": "day",
      "scope": "key",
      "time_zone": "time_zone",
      "warn_percent": 7
     },
     "state": "fine",
     "window": "window"
    }
   }
  ]
 },
 "budgets.list": {
  "params": [
   {}
  ],
  "result": [
   {
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "money",
        "state": "fine",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "class": "interactive",
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "name": "name",
       "of": "of",
       "period": "day",
       "scope": "owner",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "resetsAt": 1767225600000,
      "state": "fine",
      "window": "window"
     }
    ]
   },
   {
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "tokens",
        "state": "warned",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "limits": {},
       "name": "name",
       "period": "month",
       "scope": "agent",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "state": "warned",
      "window": "window"
     }
    ]
   },
   {
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "tool_calls",
        "state": "exhausted",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "class": "interactive",
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "name": "name",
       "of": "of",
       "period": "total",
       "scope": "session",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "resetsAt": 1767225600000,
      "state": "exhausted",
      "window": "window"
     }
    ]
   },
   {
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "model_time",
        "state": "fine",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "limits": {},
       "name": "name",
       "period": "day",
       "scope": "key",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "state": "fine",
      "window": "window"
     }
    ]
   }
  ]
 },
 "config.apply": {
  "params": [
   {
    "baseHash": "baseHash",
    "dryRun": true,
    "idempotencyKey": "3f1c0b1e-once",
    "text": "text"
   },
   {
    "dryRun": false,
    "idempotencyKey": "3f1c0b1e-once",
    "text": "text"
   }
  ],
  "result": [
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "after": {
       "any": [
        "thing",
        1
       ]
      },
      "before": {
       "any": [
        "thing",
        1
       ]
      },
      "key": "main"
     }
    ],
    "dryRun": true,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "default",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "key": "main"
     }
    ],
    "dryRun": false,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "file",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "after": {
       "any": [
        "thing",
        1
       ]
      },
      "before": {
       "any": [
        "thing",
        1
       ]
      },
      "key": "main"
     }
    ],
    "dryRun": true,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "environment",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "key": "main"
     }
    ],
    "dryRun": false,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "flag",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   }
  ]
 },
 "config.explain": {
  "params": [
   {
    "key": "main"
   }
  ],
  "result": [
   {
    "appliesLive": true,
    "default": {
     "any": [
      "thing",
      1
     ]
    },
    "doc": "doc",
    "isPending": true,
    "key": "main",
    "pattern": "pattern",
    "sources": [
     {
      "isInForce": true,
      "line": 7,
      "name": "name",
      "source": "default",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ],
    "value": {
     "any": [
      "thing",
      1
     ]
    },
    "wanted": "wanted"
   },
   {
    "appliesLive": false,
    "doc": "doc",
    "isPending": false,
    "key": "main",
    "pattern": "pattern",
    "sources": [
     {
      "isInForce": false,
      "source": "file",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ],
    "wanted": "wanted"
   },
   {
    "appliesLive": true,
    "default": {
     "any": [
      "thing",
      1
     ]
    },
    "doc": "doc",
    "isPending": true,
    "key": "main",
    "pattern": "pattern",
    "sources": [
     {
      "isInForce": true,
      "line": 7,
      "name": "name",
      "source": "environment",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ],
    "value": {
     "any": [
      "thing",
      1
     ]
    },
    "wanted": "wanted"
   },
   {
    "appliesLive": false,
    "doc": "doc",
    "isPending": false,
    "key": "main",
    "pattern": "pattern",
    "sources": [
     {
      "isInForce": false,
      "source": "flag",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ],
    "wanted": "wanted"
   }
  ]
 },
 "config.get": {
  "params": [
   {
    "key": "main",
    "text": true
   },
   {
    "text": false
   }
  ],
  "result": [
   {
    "hash": "hash",
    "path": "notes/today.md",
    "pendingRestart": [
     "pendingRestart"
    ],
    "text": "text",
    "values": [
     {
      "doc": "doc",
      "key": "main",
      "needsRestart": true,
      "source": "default",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ]
   },
   {
    "path": "notes/today.md",
    "pendingRestart": [
     "pendingRestart"
    ],
    "values": [
     {
      "doc": "doc",
      "key": "main",
      "needsRestart": false,
      "source": "file",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ]
   },
   {
    "hash": "hash",
    "path": "notes/today.md",
    "pendingRestart": [
     "pendingRestart"
    ],
    "text": "text",
    "values": [
     {
      "doc": "doc",
      "key": "main",
      "needsRestart": true,
      "source": "environment",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ]
   },
   {
    "path": "notes/today.md",
    "pendingRestart": [
     "pendingRestart"
    ],
    "values": [
     {
      "doc": "doc",
      "key": "main",
      "needsRestart": false,
      "source": "flag",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ]
   }
  ]
 },
 "config.patch": {
  "params": [
   {
    "baseHash": "baseHash",
    "dryRun": true,
    "idempotencyKey": "3f1c0b1e-once",
    "patch": {}
   },
   {
    "dryRun": false,
    "idempotencyKey": "3f1c0b1e-once",
    "patch": {}
   }
  ],
  "result": [
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "after": {
       "any": [
        "thing",
        1
       ]
      },
      "before": {
       "any": [
        "thing",
        1
       ]
      },
      "key": "main"
     }
    ],
    "dryRun": true,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "default",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "key": "main"
     }
    ],
    "dryRun": false,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "file",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "after": {
       "any": [
        "thing",
        1
       ]
      },
      "before": {
       "any": [
        "thing",
        1
       ]
      },
      "key": "main"
     }
    ],
    "dryRun": true,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "environment",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "key": "main"
     }
    ],
    "dryRun": false,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "flag",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   }
  ]
 },
 "config.schema": {
  "params": [
   {}
  ],
  "result": [
   {
    "schema": {
     "any": [
      "thing",
      1
     ]
    }
   }
  ]
 },
 "config.set": {
  "params": [
   {
    "baseHash": "baseHash",
    "changes": [
     {
      "key": "main",
      "text": "text",
      "value": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ],
    "dryRun": true,
    "idempotencyKey": "3f1c0b1e-once"
   },
   {
    "changes": [
     {
      "key": "main"
     }
    ],
    "dryRun": false,
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "after": {
       "any": [
        "thing",
        1
       ]
      },
      "before": {
       "any": [
        "thing",
        1
       ]
      },
      "key": "main"
     }
    ],
    "dryRun": true,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "default",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "key": "main"
     }
    ],
    "dryRun": false,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "file",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "after": {
       "any": [
        "thing",
        1
       ]
      },
      "before": {
       "any": [
        "thing",
        1
       ]
      },
      "key": "main"
     }
    ],
    "dryRun": true,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "environment",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   },
   {
    "applied": [
     "applied"
    ],
    "changes": [
     {
      "key": "main"
     }
    ],
    "dryRun": false,
    "hash": "hash",
    "needsRestart": [
     "needsRestart"
    ],
    "overruled": [
     {
      "by": "flag",
      "key": "main",
      "name": "name"
     }
    ],
    "path": "notes/today.md",
    "warnings": [
     "warnings"
    ]
   }
  ]
 },
 "contacts.confirm": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "sender": {
     "channel": "channel",
     "senderId": "senderId"
    }
   }
  ],
  "result": [
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "confirmed",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    }
   },
   {
    "contact": {
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "sender_id": "sender_id"
    }
   },
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "pending",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    }
   }
  ]
 },
 "contacts.link": {
  "params": [
   {
    "confidence": 1,
    "idempotencyKey": "3f1c0b1e-once",
    "sender": {
     "channel": "channel",
     "senderId": "senderId"
    },
    "whom": "owner"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "sender": {
     "channel": "channel",
     "senderId": "senderId"
    },
    "whom": {
     "person": "person"
    }
   },
   {
    "confidence": 1,
    "idempotencyKey": "3f1c0b1e-once",
    "sender": {
     "channel": "channel",
     "senderId": "senderId"
    },
    "whom": {
     "new": {
      "id": "id",
      "name": "name"
     }
    }
   }
  ],
  "result": [
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "confirmed",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    }
   },
   {
    "contact": {
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "sender_id": "sender_id"
    }
   },
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "pending",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    }
   }
  ]
 },
 "contacts.list": {
  "params": [
   {
    "after": {
     "channel": "channel",
     "senderId": "senderId"
    },
    "limit": 7,
    "unknownOnly": true
   },
   {
    "unknownOnly": false
   }
  ],
  "result": [
   {
    "contacts": [
     {
      "belongs_to": {
       "confidence": 1,
       "entity": {
        "id": "id",
        "is_owner": true,
        "name": "name"
       },
       "kind": "confirmed",
       "updated_at": 1767225600000
      },
      "channel": "channel",
      "first_seen": 1767225600000,
      "last_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     }
    ],
    "hasMore": true
   },
   {
    "contacts": [
     {
      "channel": "channel",
      "first_seen": 1767225600000,
      "last_seen": 1767225600000,
      "n_seen": 7,
      "sender_id": "sender_id"
     }
    ],
    "hasMore": false
   },
   {
    "contacts": [
     {
      "belongs_to": {
       "confidence": 1,
       "entity": {
        "id": "id",
        "is_owner": true,
        "name": "name"
       },
       "kind": "pending",
       "updated_at": 1767225600000
      },
      "channel": "channel",
      "first_seen": 1767225600000,
      "last_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     }
    ],
    "hasMore": true
   }
  ]
 },
 "contacts.show": {
  "params": [
   {
    "sender": {
     "channel": "channel",
     "senderId": "senderId"
    }
   }
  ],
  "result": [
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "confirmed",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    },
    "nWaiting": 7,
    "principal": "principal",
    "question": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "read",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_once",
     "chain": [
      {
       "kind": "owner"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "kind": "owner"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "pending",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "contact": {
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "sender_id": "sender_id"
    },
    "nWaiting": 7,
    "principal": "principal"
   },
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "pending",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    },
    "nWaiting": 7,
    "principal": "principal",
    "question": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_always",
     "chain": [
      {
       "id": "id",
       "kind": "unknown"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "unknown"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "denied",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "inferred",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    },
    "nWaiting": 7,
    "principal": "principal",
    "question": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "write",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny_always",
     "chain": [
      {
       "id": "id",
       "kind": "adapter"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "unknown_outcome",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "adapter"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "withdrawn",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "confirmed",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    },
    "nWaiting": 7,
    "principal": "principal",
    "question": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "argv": [
         "argv"
        ],
        "content": "Good morning.",
        "cwd": "cwd",
        "env": [
         "env"
        ],
        "kind": "command",
        "network": true,
        "program": "program"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "approve_day",
     "chain": [
      {
       "id": "id",
       "kind": "job"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "policy",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "job"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "approved",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   },
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "pending",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    },
    "nWaiting": 7,
    "principal": "principal",
    "question": {
     "action": {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "digest": "digest",
      "folder": "folder",
      "summary": "summary",
      "targets": [
       {
        "access": "delete",
        "content": "Good morning.",
        "kind": "path",
        "path": "notes/today.md"
       }
      ],
      "tool": "read_file"
     },
     "agent_id": "main",
     "answer": "deny",
     "chain": [
      {
       "id": "id",
       "kind": "hook"
      }
     ],
     "comment": "comment",
     "created_at": 1767225600000,
     "expires_at": 1767225600000,
     "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "kind": "sender",
     "proposals": [
      {
       "scope": {
        "command": [
         "command"
        ],
        "digest": "digest",
        "host": "host",
        "path": "notes/today.md",
        "port": 7,
        "recipient": "recipient",
        "resource": "resource",
        "session_key": "main"
       },
       "text": "text"
      }
     ],
     "reason": "reason",
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "resolved_at": 1767225600000,
     "resolved_by": {
      "id": "id",
      "kind": "hook"
     },
     "seen_at": 1767225600000,
     "sender": {
      "account_id": "account_id",
      "channel": "channel",
      "excerpt": "excerpt",
      "first_seen": 1767225600000,
      "n_seen": 7,
      "name": "name",
      "sender_id": "sender_id"
     },
     "session_key": "main",
     "signature": {
      "device": "device",
      "signature": "signature"
     },
     "status": "expired",
     "tool_call_id": "tool_call_id",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
    }
   }
  ]
 },
 "contacts.unlink": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "sender": {
     "channel": "channel",
     "senderId": "senderId"
    }
   }
  ],
  "result": [
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "confirmed",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    }
   },
   {
    "contact": {
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "sender_id": "sender_id"
    }
   },
   {
    "contact": {
     "belongs_to": {
      "confidence": 1,
      "entity": {
       "id": "id",
       "is_owner": true,
       "name": "name"
      },
      "kind": "pending",
      "updated_at": 1767225600000
     },
     "channel": "channel",
     "first_seen": 1767225600000,
     "last_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    }
   }
  ]
 },
 "credentials.add": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "pointer": "pointer",
    "replace": true,
    "value": "main"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "replace": false
   }
  ],
  "result": [
   {
    "name": "name",
    "place": "place"
   }
  ]
 },
 "credentials.get": {
  "params": [
   {
    "name": "name"
   }
  ],
  "result": [
   {
    "name": "name",
    "place": "place",
    "value": "main"
   }
  ]
 },
 "credentials.import": {
  "params": [
   {
    "dryRun": true,
    "idempotencyKey": "3f1c0b1e-once",
    "keys": [
     "keys"
    ],
    "name": "name",
    "path": "notes/today.md",
    "replace": true,
    "source": "env"
   },
   {
    "dryRun": false,
    "idempotencyKey": "3f1c0b1e-once",
    "replace": false,
    "source": "config"
   },
   {
    "dryRun": true,
    "idempotencyKey": "3f1c0b1e-once",
    "keys": [
     "keys"
    ],
    "name": "name",
    "path": "notes/today.md",
    "replace": true,
    "source": "dotenv"
   },
   {
    "dryRun": false,
    "idempotencyKey": "3f1c0b1e-once",
    "replace": false,
    "source": "file"
   }
  ],
  "result": [
   {
    "imported": [
     {
      "key": "main",
      "name": "name",
      "note": "note",
      "place": "place"
     }
    ]
   },
   {
    "imported": [
     {
      "key": "main",
      "name": "name",
      "note": "note"
     }
    ]
   }
  ]
 },
 "credentials.list": {
  "params": [
   {}
  ],
  "result": [
   {
    "credentials": [
     {
      "addedAt": 1767225600000,
      "isGood": true,
      "name": "name",
      "place": "place",
      "store": "store",
      "usedBy": [
       "usedBy"
      ],
      "verifiedAt": 1767225600000
     }
    ],
    "stores": [
     {
      "fix": "fix",
      "isChosen": true,
      "isReady": true,
      "reason": "reason",
      "store": "store"
     }
    ]
   },
   {
    "credentials": [
     {
      "addedAt": 1767225600000,
      "name": "name",
      "place": "place",
      "store": "store",
      "usedBy": [
       "usedBy"
      ]
     }
    ],
    "stores": [
     {
      "isChosen": false,
      "isReady": false,
      "store": "store"
     }
    ]
   }
  ]
 },
 "credentials.remove": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name"
   }
  ],
  "result": [
   {
    "name": "name",
    "place": "place"
   }
  ]
 },
 "credentials.scan": {
  "params": [
   {}
  ],
  "result": [
   {
    "found": [
     {
      "isStored": true,
      "key": "main",
      "line": 7,
      "name": "name",
      "path": "notes/today.md",
      "proposal": "proposal",
      "source": "env"
     }
    ],
    "lookedAt": [
     "lookedAt"
    ]
   },
   {
    "found": [
     {
      "isStored": false,
      "key": "main",
      "name": "name",
      "proposal": "proposal",
      "source": "config"
     }
    ],
    "lookedAt": [
     "lookedAt"
    ]
   },
   {
    "found": [
     {
      "isStored": true,
      "key": "main",
      "line": 7,
      "name": "name",
      "path": "notes/today.md",
      "proposal": "proposal",
      "source": "dotenv"
     }
    ],
    "lookedAt": [
     "lookedAt"
    ]
   },
   {
    "found": [
     {
      "isStored": false,
      "key": "main",
      "name": "name",
      "proposal": "proposal",
      "source": "file"
     }
    ],
    "lookedAt": [
     "lookedAt"
    ]
   }
  ]
 },
 "credentials.unlock": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "passphrase": "main"
   }
  ],
  "result": [
   {
    "isNew": true
   },
   {
    "isNew": false
   }
  ]
 },
 "credentials.verify": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name"
   }
  ],
  "result": [
   {
    "hint": "hint",
    "how": "how",
    "isOk": true,
    "message": "Good morning.",
    "name": "name"
   },
   {
    "how": "how",
    "isOk": false,
    "message": "Good morning.",
    "name": "name"
   }
  ]
 },
 "devices.approve": {
  "params": [
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "runtime.read"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once"
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "agent.read"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "session.read"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "tool.read"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "request.read"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "acl.approve"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "config.read"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "credential.read"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "credential.reveal"
    ]
   },
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "access.admin"
    ]
   }
  ],
  "result": [
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "kind": "owner"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "known"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "unknown"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "main",
      "kind": "agent"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "adapter"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "api_key"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "job"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "device"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "hook"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "kind": "system"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   }
  ]
 },
 "devices.list": {
  "params": [
   {
    "includeEnded": true
   },
   {
    "includeEnded": false
   }
  ],
  "result": [
   {
    "devices": [
     {
      "id": "id",
      "last_used_at": 1767225600000,
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "kind": "owner"
      },
      "platform": "platform",
      "public_key": "public_key",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "kind": "owner"
      },
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "id",
       "kind": "known"
      },
      "platform": "platform",
      "public_key": "public_key",
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "last_used_at": 1767225600000,
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "id",
       "kind": "unknown"
      },
      "platform": "platform",
      "public_key": "public_key",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "unknown"
      },
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "main",
       "kind": "agent"
      },
      "platform": "platform",
      "public_key": "public_key",
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "last_used_at": 1767225600000,
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "id",
       "kind": "adapter"
      },
      "platform": "platform",
      "public_key": "public_key",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "adapter"
      },
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "id",
       "kind": "api_key"
      },
      "platform": "platform",
      "public_key": "public_key",
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "last_used_at": 1767225600000,
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "id",
       "kind": "job"
      },
      "platform": "platform",
      "public_key": "public_key",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "job"
      },
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "id",
       "kind": "device"
      },
      "platform": "platform",
      "public_key": "public_key",
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "last_used_at": 1767225600000,
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "id": "id",
       "kind": "hook"
      },
      "platform": "platform",
      "public_key": "public_key",
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "hook"
      },
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   },
   {
    "devices": [
     {
      "id": "id",
      "name": "name",
      "paired_at": 1767225600000,
      "paired_by": {
       "kind": "system"
      },
      "platform": "platform",
      "public_key": "public_key",
      "scopes": [
       "scopes"
      ]
     }
    ],
    "pending": [
     {
      "address": "address",
      "code": "code",
      "deviceId": "deviceId",
      "expiresAt": 1767225600000,
      "name": "name",
      "platform": "platform",
      "requestedAt": 1767225600000
     }
    ]
   }
  ]
 },
 "devices.pair": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "runtime.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "agent.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "session.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "tool.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "request.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "acl.approve"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "config.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "credential.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "credential.reveal"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name",
    "scopes": [
     "access.admin"
    ]
   }
  ],
  "result": [
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "runtime.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "runtime.admin"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "agent.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "agent.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "session.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "session.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "tool.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "tool.invoke"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "request.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "acl.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "acl.approve"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "acl.admin"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "config.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "config.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "credential.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "credential.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "credential.reveal"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "access.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "access.admin"
    ],
    "ticket": "ticket"
   }
  ]
 },
 "devices.reject": {
  "params": [
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "device": {
     "address": "address",
     "code": "code",
     "deviceId": "deviceId",
     "expiresAt": 1767225600000,
     "name": "name",
     "platform": "platform",
     "requestedAt": 1767225600000
    }
   }
  ]
 },
 "devices.rename": {
  "params": [
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once",
    "name": "name"
   }
  ],
  "result": [
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "kind": "owner"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "known"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "unknown"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "main",
      "kind": "agent"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "adapter"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "api_key"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "job"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "device"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "hook"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "kind": "system"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   }
  ]
 },
 "devices.revoke": {
  "params": [
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "kind": "owner"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "known"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "unknown"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "main",
      "kind": "agent"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "adapter"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "api_key"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "job"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "device"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "last_used_at": 1767225600000,
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "id": "id",
      "kind": "hook"
     },
     "platform": "platform",
     "public_key": "public_key",
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "device": {
     "id": "id",
     "name": "name",
     "paired_at": 1767225600000,
     "paired_by": {
      "kind": "system"
     },
     "platform": "platform",
     "public_key": "public_key",
     "scopes": [
      "scopes"
     ]
    }
   }
  ]
 },
 "devices.rotate": {
  "params": [
   {
    "device": "device",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "runtime.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "runtime.admin"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "agent.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "agent.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "session.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "session.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "tool.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "tool.invoke"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "request.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "acl.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "acl.approve"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "acl.admin"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "config.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "config.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "credential.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "credential.write"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "credential.reveal"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "access.read"
    ],
    "ticket": "ticket"
   },
   {
    "expiresAt": 1767225600000,
    "scopes": [
     "access.admin"
    ],
    "ticket": "ticket"
   }
  ]
 },
 "events.subscribe": {
  "params": [
   {
    "after": 7,
    "sessionKey": "main",
    "transient": true,
    "types": [
     "types"
    ]
   },
   {
    "transient": false
   }
  ],
  "result": [
   {
    "after": 7,
    "latest": 7
   }
  ]
 },
 "expose.set": {
  "params": [
   {
    "address": "address",
    "idempotencyKey": "3f1c0b1e-once",
    "mdns": "off",
    "target": "off"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "target": "lan"
   },
   {
    "address": "address",
    "idempotencyKey": "3f1c0b1e-once",
    "mdns": "full",
    "target": "tailnet"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "target": "address"
   }
  ],
  "result": [
   {
    "announced": "announced",
    "bind": "bind",
    "endpoints": [
     {
      "address": "address",
      "expiresAt": 1767225600000,
      "fingerprint": "fingerprint",
      "isSelfSigned": true,
      "kind": "direct",
      "url": "url"
     }
    ],
    "inside": "inside",
    "problems": [
     "problems"
    ]
   },
   {
    "bind": "bind",
    "endpoints": [
     {
      "address": "address",
      "isSelfSigned": false,
      "kind": "tailscale",
      "url": "url"
     }
    ],
    "inside": "inside",
    "problems": [
     "problems"
    ]
   }
  ]
 },
 "expose.status": {
  "params": [
   {}
  ],
  "result": [
   {
    "announced": "announced",
    "bind": "bind",
    "endpoints": [
     {
      "address": "address",
      "expiresAt": 1767225600000,
      "fingerprint": "fingerprint",
      "isSelfSigned": true,
      "kind": "direct",
      "url": "url"
     }
    ],
    "inside": "inside",
    "problems": [
     "problems"
    ]
   },
   {
    "bind": "bind",
    "endpoints": [
     {
      "address": "address",
      "isSelfSigned": false,
      "kind": "tailscale",
      "url": "url"
     }
    ],
    "inside": "inside",
    "problems": [
     "problems"
    ]
   }
  ]
 },
 "health": {
  "params": [
   {}
  ],
  "result": [
   {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "fix": "fix",
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "starting"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "starting",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "healthy"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "healthy",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "fix": "fix",
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "degraded"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "degraded",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "unhealthy"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "unhealthy",
    "uptime_ms": 1500,
    "version": "0.1.0"
   }
  ]
 },
 "keys.create": {
  "params": [
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "day"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "runtime.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "runtime.admin"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "total"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "agent.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "agent.write"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "month"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "session.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "session.write"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "day"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "tool.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "tool.invoke"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "total"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "request.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "acl.read"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "month"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "acl.approve"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "acl.admin"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "day"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "config.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "config.write"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "total"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "credential.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "credential.write"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "month"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "credential.reveal"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "scopes": [
     "access.read"
    ]
   },
   {
    "agents": [
     "main"
    ],
    "budget": {
     "limits": {
      "micro_usd": 7,
      "model_ms": 1500,
      "tokens": 7,
      "tool_calls": 7
     },
     "period": "day"
    },
    "idempotencyKey": "3f1c0b1e-once",
    "label": "label",
    "lifetimeMs": 1500,
    "scopes": [
     "access.admin"
    ]
   }
  ],
  "result": [
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "day"
     },
     "created_at": 1767225600000,
     "created_by": {
      "kind": "owner"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "known"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "total"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "unknown"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "main",
      "kind": "agent"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "month"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "adapter"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "api_key"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "day"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "job"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "device"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "total"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "hook"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "kind": "system"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    },
    "value": "value"
   }
  ]
 },
 "keys.list": {
  "params": [
   {
    "includeEnded": true
   },
   {
    "includeEnded": false
   }
  ],
  "result": [
   {
    "keys": [
     {
      "agents": [
       "main"
      ],
      "budget": {
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "period": "day"
      },
      "created_at": 1767225600000,
      "created_by": {
       "kind": "owner"
      },
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "last_used_at": 1767225600000,
      "revoked_at": 1767225600000,
      "revoked_by": {
       "kind": "owner"
      },
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "created_at": 1767225600000,
      "created_by": {
       "id": "id",
       "kind": "known"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "agents": [
       "main"
      ],
      "budget": {
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "period": "total"
      },
      "created_at": 1767225600000,
      "created_by": {
       "id": "id",
       "kind": "unknown"
      },
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "last_used_at": 1767225600000,
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "unknown"
      },
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "created_at": 1767225600000,
      "created_by": {
       "id": "main",
       "kind": "agent"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "agents": [
       "main"
      ],
      "budget": {
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "period": "month"
      },
      "created_at": 1767225600000,
      "created_by": {
       "id": "id",
       "kind": "adapter"
      },
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "last_used_at": 1767225600000,
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "adapter"
      },
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "created_at": 1767225600000,
      "created_by": {
       "id": "id",
       "kind": "api_key"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "agents": [
       "main"
      ],
      "budget": {
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "period": "day"
      },
      "created_at": 1767225600000,
      "created_by": {
       "id": "id",
       "kind": "job"
      },
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "last_used_at": 1767225600000,
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "job"
      },
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "created_at": 1767225600000,
      "created_by": {
       "id": "id",
       "kind": "device"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "agents": [
       "main"
      ],
      "budget": {
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "period": "total"
      },
      "created_at": 1767225600000,
      "created_by": {
       "id": "id",
       "kind": "hook"
      },
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "last_used_at": 1767225600000,
      "revoked_at": 1767225600000,
      "revoked_by": {
       "id": "id",
       "kind": "hook"
      },
      "scopes": [
       "scopes"
      ]
     }
    ]
   },
   {
    "keys": [
     {
      "created_at": 1767225600000,
      "created_by": {
       "kind": "system"
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "label": "label",
      "scopes": [
       "scopes"
      ]
     }
    ]
   }
  ]
 },
 "keys.revoke": {
  "params": [
   {
    "id": "id",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "day"
     },
     "created_at": 1767225600000,
     "created_by": {
      "kind": "owner"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "kind": "owner"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "known"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "total"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "unknown"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "unknown"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "main",
      "kind": "agent"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "month"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "adapter"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "adapter"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "api_key"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "day"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "job"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "job"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "device"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "agents": [
      "main"
     ],
     "budget": {
      "limits": {
       "micro_usd": 7,
       "model_ms": 1500,
       "tokens": 7,
       "tool_calls": 7
      },
      "period": "total"
     },
     "created_at": 1767225600000,
     "created_by": {
      "id": "id",
      "kind": "hook"
     },
     "expires_at": 1767225600000,
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "last_used_at": 1767225600000,
     "revoked_at": 1767225600000,
     "revoked_by": {
      "id": "id",
      "kind": "hook"
     },
     "scopes": [
      "scopes"
     ]
    }
   },
   {
    "key": {
     "created_at": 1767225600000,
     "created_by": {
      "kind": "system"
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "label": "label",
     "scopes": [
      "scopes"
     ]
    }
   }
  ]
 },
 "keys.rotate": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "at": 1767225600000
   }
  ]
 },
 "keys.token": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "runtime.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "agent.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "session.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "tool.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "request.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "acl.approve"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "config.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "credential.read"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "credential.reveal"
    ]
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "lifetimeMs": 1500,
    "scopes": [
     "access.admin"
    ]
   }
  ],
  "result": [
   {
    "expiresAt": 1767225600000,
    "principal": {
     "kind": "owner"
    },
    "scopes": [
     "runtime.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "known"
    },
    "scopes": [
     "runtime.admin"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "unknown"
    },
    "scopes": [
     "agent.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "main",
     "kind": "agent"
    },
    "scopes": [
     "agent.write"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "adapter"
    },
    "scopes": [
     "session.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "api_key"
    },
    "scopes": [
     "session.write"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "job"
    },
    "scopes": [
     "tool.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "device"
    },
    "scopes": [
     "tool.invoke"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "hook"
    },
    "scopes": [
     "request.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "kind": "system"
    },
    "scopes": [
     "acl.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "kind": "owner"
    },
    "scopes": [
     "acl.approve"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "known"
    },
    "scopes": [
     "acl.admin"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "unknown"
    },
    "scopes": [
     "config.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "main",
     "kind": "agent"
    },
    "scopes": [
     "config.write"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "adapter"
    },
    "scopes": [
     "credential.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "api_key"
    },
    "scopes": [
     "credential.write"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "job"
    },
    "scopes": [
     "credential.reveal"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "device"
    },
    "scopes": [
     "access.read"
    ],
    "token": "token"
   },
   {
    "expiresAt": 1767225600000,
    "principal": {
     "id": "id",
     "kind": "hook"
    },
    "scopes": [
     "access.admin"
    ],
    "token": "token"
   }
  ]
 },
 "login.password": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "password": "passwordxxxx"
   },
   {
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "isSet": true
   },
   {
    "isSet": false
   }
  ]
 },
 "logs.tail": {
  "params": [
   {
    "containing": "containing",
    "lines": 7
   },
   {}
  ],
  "result": [
   {
    "lines": [
     "lines"
    ]
   }
  ]
 },
 "models.list": {
  "params": [
   {}
  ],
  "result": [
   {
    "models": [
     {
      "contextTokensMax": 7,
      "coolingUntil": 1767225600000,
      "id": "id",
      "inputMicroUsdPerMtok": 7,
      "isActive": true,
      "isReady": true,
      "outputMicroUsdPerMtok": 7,
      "provider": "provider",
      "reason": "reason"
     }
    ]
   },
   {
    "models": [
     {
      "contextTokensMax": 7,
      "id": "id",
      "isActive": false,
      "isReady": false,
      "provider": "provider",
      "reason": "reason"
     }
    ]
   }
  ]
 },
 "models.test": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "model": "openai/gpt-5"
   },
   {
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "cost": {
     "basis": "price_table",
     "micro_usd": 7
    },
    "firstTokenMs": 1500,
    "hint": "hint",
    "isOk": true,
    "message": "Good morning.",
    "model": "openai/gpt-5",
    "totalMs": 1500,
    "usage": {
     "cache_write_tokens": 7,
     "cached_input_tokens": 7,
     "input_tokens": 7,
     "output_tokens": 7,
     "reasoning_tokens": 7
    }
   },
   {
    "cost": {
     "basis": "free",
     "micro_usd": 7
    },
    "isOk": false,
    "message": "Good morning.",
    "model": "openai/gpt-5",
    "totalMs": 1500,
    "usage": {
     "cache_write_tokens": 7,
     "cached_input_tokens": 7,
     "input_tokens": 7,
     "output_tokens": 7,
     "reasoning_tokens": 7
    }
   },
   {
    "cost": {
     "basis": "unknown",
     "micro_usd": 7
    },
    "firstTokenMs": 1500,
    "hint": "hint",
    "isOk": true,
    "message": "Good morning.",
    "model": "openai/gpt-5",
    "totalMs": 1500,
    "usage": {
     "cache_write_tokens": 7,
     "cached_input_tokens": 7,
     "input_tokens": 7,
     "output_tokens": 7,
     "reasoning_tokens": 7
    }
   }
  ]
 },
 "presence": {
  "params": [
   {}
  ],
  "result": [
   {
    "presence": [
     {
      "host": "host",
      "instanceId": "instanceId",
      "ip": "ip",
      "lastInputSeconds": 7,
      "mode": "mode",
      "reason": "reason",
      "tags": [
       "tags"
      ],
      "text": "text",
      "ts": 1767225600000,
      "version": "0.1.0"
     }
    ],
    "version": 7
   },
   {
    "presence": [
     {
      "host": "host",
      "mode": "mode",
      "reason": "reason",
      "ts": 1767225600000,
      "version": "0.1.0"
     }
    ],
    "version": 7
   }
  ]
 },
 "presence.note": {
  "params": [
   {
    "host": "host",
    "idempotencyKey": "3f1c0b1e-once",
    "instanceId": "instanceId",
    "ip": "ip",
    "lastInputSeconds": 7,
    "mode": "mode",
    "reason": "reason",
    "tags": [
     "tags"
    ],
    "text": "text",
    "version": "0.1.0"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "text": "text"
   }
  ],
  "result": [
   {
    "ok": true
   },
   {
    "ok": false
   }
  ]
 },
 "requests.cancel": {
  "params": [
   {
    "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "isCancelled": true
   },
   {
    "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "isCancelled": false
   }
  ]
 },
 "requests.get": {
  "params": [
   {
    "id": "id"
   }
  ],
  "result": [
   {
    "arrival": {
     "account_id": "account_id",
     "attachments": [
      {
       "content_type": "content_type",
       "filename": "filename",
       "id": "id",
       "path": "notes/today.md",
       "size_bytes": 7,
       "url": "url"
      }
     ],
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "text",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "dm",
     "reply_to_id": "reply_to_id",
     "sender_id": "sender_id",
     "sender_name": "sender_name",
     "thread_id": "thread_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "tool",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "read",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_once",
      "chain": [
       {
        "kind": "owner"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "kind": "owner"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "pending",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "request": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "enrichment": [
      "enrichment"
     ],
     "error": "error",
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "parent": {
      "agent_id": "main",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     },
     "principal": {
      "kind": "owner"
     },
     "purpose": "purpose",
     "queue_mode": "steer",
     "session_key": "main",
     "stage": "receiveEvent",
     "stages": [
      {
       "duration_us": 7,
       "note": "note",
       "outcome": "passed",
       "stage": "receiveEvent",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "processing",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "wish": {
      "call": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "tool": "read_file"
      },
      "model": "openai/gpt-5",
      "steps_max": 7
     }
    },
    "sent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "kind": "owner"
      },
      "purpose": "purpose",
      "queue_mode": "steer",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "pending",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "price_table",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "context_overflow",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "running",
     "stop_reason": "end_turn",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   },
   {
    "arrival": {
     "account_id": "account_id",
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "image",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "group",
     "sender_id": "sender_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "private",
      "source": "message"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "known"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "approved"
     }
    ],
    "request": {
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "purpose": "purpose",
     "queue_mode": "interrupt",
     "stage": "resolveIdentity",
     "stages": [
      {
       "duration_us": 7,
       "outcome": "skipped",
       "stage": "resolveIdentity",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "queued"
    },
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "waiting",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "arrival": {
     "account_id": "account_id",
     "attachments": [
      {
       "content_type": "content_type",
       "filename": "filename",
       "id": "id",
       "path": "notes/today.md",
       "size_bytes": 7,
       "url": "url"
      }
     ],
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "audio",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "channel",
     "reply_to_id": "reply_to_id",
     "sender_id": "sender_id",
     "sender_name": "sender_name",
     "thread_id": "thread_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "secret",
      "source": "file",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_always",
      "chain": [
       {
        "id": "id",
        "kind": "unknown"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "unknown"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "denied",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "request": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "enrichment": [
      "enrichment"
     ],
     "error": "error",
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "parent": {
      "agent_id": "main",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     },
     "principal": {
      "id": "id",
      "kind": "unknown"
     },
     "purpose": "purpose",
     "queue_mode": "followup",
     "session_key": "main",
     "stage": "resolveAccess",
     "stages": [
      {
       "duration_us": 7,
       "note": "note",
       "outcome": "ended",
       "stage": "resolveAccess",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "parked",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "wish": {
      "call": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "tool": "read_file"
      },
      "model": "openai/gpt-5",
      "steps_max": 7
     }
    },
    "sent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "unknown"
      },
      "purpose": "purpose",
      "queue_mode": "followup",
      "session_key": "main",
      "stage": "resolveAccess",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "resolveAccess",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "parked",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "running",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "unknown",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "rate_limit",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "completed",
     "stop_reason": "limit",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   },
   {
    "arrival": {
     "account_id": "account_id",
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "video",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "dm",
     "sender_id": "sender_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "session"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "main",
        "kind": "agent"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "expired"
     }
    ],
    "request": {
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "purpose": "purpose",
     "queue_mode": "collect",
     "stage": "runAutomations",
     "stages": [
      {
       "duration_us": 7,
       "outcome": "failed",
       "stage": "runAutomations",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "completed"
    },
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "completed",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "arrival": {
     "account_id": "account_id",
     "attachments": [
      {
       "content_type": "content_type",
       "filename": "filename",
       "id": "id",
       "path": "notes/today.md",
       "size_bytes": 7,
       "url": "url"
      }
     ],
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "file",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "group",
     "reply_to_id": "reply_to_id",
     "sender_id": "sender_id",
     "sender_name": "sender_name",
     "thread_id": "thread_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "private",
      "source": "credential",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "write",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny_always",
      "chain": [
       {
        "id": "id",
        "kind": "adapter"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "adapter"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "withdrawn",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "request": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "enrichment": [
      "enrichment"
     ],
     "error": "error",
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "parent": {
      "agent_id": "main",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     },
     "principal": {
      "id": "id",
      "kind": "adapter"
     },
     "purpose": "purpose",
     "queue_mode": "queue",
     "session_key": "main",
     "stage": "assembleContext",
     "stages": [
      {
       "duration_us": 7,
       "note": "note",
       "outcome": "passed",
       "stage": "assembleContext",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "denied",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "wish": {
      "call": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "tool": "read_file"
      },
      "model": "openai/gpt-5",
      "steps_max": 7
     }
    },
    "sent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "adapter"
      },
      "purpose": "purpose",
      "queue_mode": "queue",
      "session_key": "main",
      "stage": "assembleContext",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "assembleContext",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "denied",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "failed",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "free",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "timeout",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "aborted",
     "stop_reason": "error",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   },
   {
    "arrival": {
     "account_id": "account_id",
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "reaction",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "channel",
     "sender_id": "sender_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "secret",
      "source": "tool"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "api_key"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "pending"
     }
    ],
    "request": {
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "purpose": "purpose",
     "queue_mode": "steer",
     "stage": "runAgent",
     "stages": [
      {
       "duration_us": 7,
       "outcome": "skipped",
       "stage": "runAgent",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "handled_by_automation"
    },
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "unknown",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "arrival": {
     "account_id": "account_id",
     "attachments": [
      {
       "content_type": "content_type",
       "filename": "filename",
       "id": "id",
       "path": "notes/today.md",
       "size_bytes": 7,
       "url": "url"
      }
     ],
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "text",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "dm",
     "reply_to_id": "reply_to_id",
     "sender_id": "sender_id",
     "sender_name": "sender_name",
     "thread_id": "thread_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "message",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_day",
      "chain": [
       {
        "id": "id",
        "kind": "job"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "job"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "approved",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "request": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "enrichment": [
      "enrichment"
     ],
     "error": "error",
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "parent": {
      "agent_id": "main",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     },
     "principal": {
      "id": "id",
      "kind": "job"
     },
     "purpose": "purpose",
     "queue_mode": "interrupt",
     "session_key": "main",
     "stage": "deliverResponse",
     "stages": [
      {
       "duration_us": 7,
       "note": "note",
       "outcome": "ended",
       "stage": "deliverResponse",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "cancelled",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "wish": {
      "call": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "tool": "read_file"
      },
      "model": "openai/gpt-5",
      "steps_max": 7
     }
    },
    "sent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "job"
      },
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "session_key": "main",
      "stage": "deliverResponse",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "deliverResponse",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "cancelled",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "pending",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "price_table",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "budget_exhausted",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "parked",
     "stop_reason": "max_tokens",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   },
   {
    "arrival": {
     "account_id": "account_id",
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "image",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "group",
     "sender_id": "sender_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "private",
      "source": "file"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "device"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "denied"
     }
    ],
    "request": {
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "purpose": "purpose",
     "queue_mode": "followup",
     "stage": "finalize",
     "stages": [
      {
       "duration_us": 7,
       "outcome": "failed",
       "stage": "finalize",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "failed"
    },
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "waiting",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "arrival": {
     "account_id": "account_id",
     "attachments": [
      {
       "content_type": "content_type",
       "filename": "filename",
       "id": "id",
       "path": "notes/today.md",
       "size_bytes": 7,
       "url": "url"
      }
     ],
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "audio",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "channel",
     "reply_to_id": "reply_to_id",
     "sender_id": "sender_id",
     "sender_name": "sender_name",
     "thread_id": "thread_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "secret",
      "source": "session",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "delete",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny",
      "chain": [
       {
        "id": "id",
        "kind": "hook"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "hook"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "expired",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "request": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "enrichment": [
      "enrichment"
     ],
     "error": "error",
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "parent": {
      "agent_id": "main",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     },
     "principal": {
      "id": "id",
      "kind": "hook"
     },
     "purpose": "purpose",
     "queue_mode": "collect",
     "session_key": "main",
     "stage": "receiveEvent",
     "stages": [
      {
       "duration_us": 7,
       "note": "note",
       "outcome": "passed",
       "stage": "receiveEvent",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "processing",
     "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "wish": {
      "call": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "tool": "read_file"
      },
      "model": "openai/gpt-5",
      "steps_max": 7
     }
    },
    "sent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "hook"
      },
      "purpose": "purpose",
      "queue_mode": "collect",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "running",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "unknown",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "context_overflow",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "failed",
     "stop_reason": "aborted",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   },
   {
    "arrival": {
     "account_id": "account_id",
     "channel": "channel",
     "content": "Good morning.",
     "content_type": "video",
     "event_id": "event_id",
     "peer_id": "peer_id",
     "peer_kind": "dm",
     "sender_id": "sender_id",
     "timestamp": 1767225600000
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "credential"
     }
    ],
    "permissions": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "kind": "system"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "withdrawn"
     }
    ],
    "request": {
     "event_id": "event_id",
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "purpose": "purpose",
     "queue_mode": "queue",
     "stage": "resolveIdentity",
     "stages": [
      {
       "duration_us": 7,
       "outcome": "skipped",
       "stage": "resolveIdentity",
       "started_at": 1767225600000
      }
     ],
     "started_at": 1767225600000,
     "status": "queued"
    },
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "completed",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   }
  ]
 },
 "requests.list": {
  "params": [
   {
    "before": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "limit": 7,
    "sessionKey": "main",
    "status": "processing"
   },
   {},
   {
    "before": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "limit": 7,
    "sessionKey": "main",
    "status": "parked"
   },
   {
    "before": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "limit": 7,
    "sessionKey": "main",
    "status": "denied"
   },
   {
    "before": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "limit": 7,
    "sessionKey": "main",
    "status": "cancelled"
   }
  ],
  "result": [
   {
    "hasMore": true,
    "requests": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "kind": "owner"
      },
      "purpose": "purpose",
      "queue_mode": "steer",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "requests": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ]
   },
   {
    "hasMore": true,
    "requests": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "unknown"
      },
      "purpose": "purpose",
      "queue_mode": "followup",
      "session_key": "main",
      "stage": "resolveAccess",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "resolveAccess",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "parked",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "requests": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "collect",
      "stage": "runAutomations",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "runAutomations",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "completed"
     }
    ]
   },
   {
    "hasMore": true,
    "requests": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "adapter"
      },
      "purpose": "purpose",
      "queue_mode": "queue",
      "session_key": "main",
      "stage": "assembleContext",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "assembleContext",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "denied",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "requests": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "steer",
      "stage": "runAgent",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "runAgent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "handled_by_automation"
     }
    ]
   },
   {
    "hasMore": true,
    "requests": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "job"
      },
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "session_key": "main",
      "stage": "deliverResponse",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "deliverResponse",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "cancelled",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "requests": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "followup",
      "stage": "finalize",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "finalize",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "failed"
     }
    ]
   },
   {
    "hasMore": true,
    "requests": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "hook"
      },
      "purpose": "purpose",
      "queue_mode": "collect",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "requests": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "queue",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ]
   }
  ]
 },
 "runtime.reload": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "changed": [
     "changed"
    ],
    "needsRestart": [
     "needsRestart"
    ],
    "warnings": [
     "warnings"
    ]
   }
  ]
 },
 "runtime.shutdown": {
  "params": [
   {
    "idempotencyKey": "3f1c0b1e-once",
    "reason": "reason",
    "restartExpectedMs": 1500
   },
   {
    "idempotencyKey": "3f1c0b1e-once"
   }
  ],
  "result": [
   {
    "pid": 7
   }
  ]
 },
 "sessions.abort": {
  "params": [
   {
    "dropQueue": true,
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "dropQueue": false,
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main"
   }
  ],
  "result": [
   {
    "nDropped": 7,
    "summary": "summary",
    "turnId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   {
    "nDropped": 7,
    "summary": "summary"
   }
  ]
 },
 "sessions.compact": {
  "params": [
   {
    "force": true,
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main"
   },
   {
    "force": false,
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main"
   }
  ],
  "result": [
   {
    "isCompacted": true,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "summary": "summary",
    "tokensAfter": 7,
    "tokensBefore": 7
   },
   {
    "isCompacted": false,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "summary": "summary",
    "tokensAfter": 7,
    "tokensBefore": 7
   }
  ]
 },
 "sessions.get": {
  "params": [
   {
    "key": "main"
   }
  ],
  "result": [
   {
    "activeTurn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "price_table",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "context_overflow",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "running",
     "stop_reason": "end_turn",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "tool",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "queued": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "kind": "owner"
      },
      "purpose": "purpose",
      "queue_mode": "steer",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": true,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "title": "title",
     "updated_at": 1767225600000
    },
    "streaming": {
     "messageId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "seq": 7,
     "text": "text"
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "read",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_once",
      "chain": [
       {
        "kind": "owner"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "kind": "owner"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "pending",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "private",
      "source": "message"
     }
    ],
    "position": 7,
    "queued": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": false,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "updated_at": 1767225600000
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "known"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "approved"
     }
    ]
   },
   {
    "activeTurn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "unknown",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "rate_limit",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "completed",
     "stop_reason": "limit",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "secret",
      "source": "file",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "queued": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "unknown"
      },
      "purpose": "purpose",
      "queue_mode": "followup",
      "session_key": "main",
      "stage": "resolveAccess",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "resolveAccess",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "parked",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": true,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "title": "title",
     "updated_at": 1767225600000
    },
    "streaming": {
     "messageId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "seq": 7,
     "text": "text"
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_always",
      "chain": [
       {
        "id": "id",
        "kind": "unknown"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "unknown"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "denied",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "session"
     }
    ],
    "position": 7,
    "queued": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "collect",
      "stage": "runAutomations",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "runAutomations",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "completed"
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": false,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "updated_at": 1767225600000
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "main",
        "kind": "agent"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "expired"
     }
    ]
   },
   {
    "activeTurn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "free",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "timeout",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "aborted",
     "stop_reason": "error",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "private",
      "source": "credential",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "queued": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "adapter"
      },
      "purpose": "purpose",
      "queue_mode": "queue",
      "session_key": "main",
      "stage": "assembleContext",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "assembleContext",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "denied",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": true,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "title": "title",
     "updated_at": 1767225600000
    },
    "streaming": {
     "messageId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "seq": 7,
     "text": "text"
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "write",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny_always",
      "chain": [
       {
        "id": "id",
        "kind": "adapter"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "adapter"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "withdrawn",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "secret",
      "source": "tool"
     }
    ],
    "position": 7,
    "queued": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "steer",
      "stage": "runAgent",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "runAgent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "handled_by_automation"
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": false,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "updated_at": 1767225600000
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "api_key"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "pending"
     }
    ]
   },
   {
    "activeTurn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "price_table",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "budget_exhausted",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "parked",
     "stop_reason": "max_tokens",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "message",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "queued": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "job"
      },
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "session_key": "main",
      "stage": "deliverResponse",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "deliverResponse",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "cancelled",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": true,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "title": "title",
     "updated_at": 1767225600000
    },
    "streaming": {
     "messageId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "seq": 7,
     "text": "text"
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_day",
      "chain": [
       {
        "id": "id",
        "kind": "job"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "job"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "approved",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "private",
      "source": "file"
     }
    ],
    "position": 7,
    "queued": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "followup",
      "stage": "finalize",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "finalize",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "failed"
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": false,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "updated_at": 1767225600000
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "device"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "denied"
     }
    ]
   },
   {
    "activeTurn": {
     "agent_id": "main",
     "completed_at": 1767225600000,
     "cost": {
      "basis": "unknown",
      "micro_usd": 7
     },
     "error": {
      "hint": "hint",
      "is_retryable": true,
      "kind": "context_overflow",
      "message": "Good morning."
     },
     "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "model": "openai/gpt-5",
     "n_steps": 7,
     "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "session_key": "main",
     "started_at": 1767225600000,
     "status": "failed",
     "stop_reason": "aborted",
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    },
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "secret",
      "source": "session",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "queued": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "hook"
      },
      "purpose": "purpose",
      "queue_mode": "collect",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": true,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "title": "title",
     "updated_at": 1767225600000
    },
    "streaming": {
     "messageId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
     "seq": 7,
     "text": "text"
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "delete",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny",
      "chain": [
       {
        "id": "id",
        "kind": "hook"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "hook"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "expired",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ]
   },
   {
    "labels": [
     {
      "at": 1767225600000,
      "detail": "detail",
      "label": "untrusted",
      "source": "credential"
     }
    ],
    "position": 7,
    "queued": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "queue",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ],
    "session": {
     "agent_id": "main",
     "created_at": 1767225600000,
     "is_busy": false,
     "key": "main",
     "n_messages": 7,
     "n_waiting": 7,
     "updated_at": 1767225600000
    },
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "kind": "system"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "withdrawn"
     }
    ]
   }
  ]
 },
 "sessions.history": {
  "params": [
   {
    "before": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "key": "main",
    "limit": 7,
    "offset": 7
   },
   {
    "key": "main"
   }
  ],
  "result": [
   {
    "hasMore": true,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "text",
        "value": "value"
       }
      ],
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "role": "user",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "pending",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "cost": {
       "basis": "price_table",
       "micro_usd": 7
      },
      "error": {
       "hint": "hint",
       "is_retryable": true,
       "kind": "context_overflow",
       "message": "Good morning."
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "model": "openai/gpt-5",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "running",
      "stop_reason": "end_turn",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "reasoning",
        "value": {
         "text": "text"
        }
       }
      ],
      "role": "assistant",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "waiting",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "cost": {
       "basis": "free",
       "micro_usd": 7
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "parked",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   },
   {
    "hasMore": true,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "tool_call",
        "value": {
         "arguments": {
          "any": [
           "thing",
           1
          ]
         },
         "id": "id",
         "name": "name"
        }
       }
      ],
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "role": "tool",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "running",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "cost": {
       "basis": "unknown",
       "micro_usd": 7
      },
      "error": {
       "hint": "hint",
       "is_retryable": true,
       "kind": "rate_limit",
       "message": "Good morning."
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "model": "openai/gpt-5",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "completed",
      "stop_reason": "limit",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "tool_result",
        "value": {
         "call_id": "call_id",
         "content": "Good morning.",
         "is_error": false
        }
       }
      ],
      "role": "user",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "completed",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "cost": {
       "basis": "price_table",
       "micro_usd": 7
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "failed",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   },
   {
    "hasMore": true,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "text",
        "value": "value"
       }
      ],
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "role": "assistant",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "failed",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "cost": {
       "basis": "free",
       "micro_usd": 7
      },
      "error": {
       "hint": "hint",
       "is_retryable": true,
       "kind": "timeout",
       "message": "Good morning."
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "model": "openai/gpt-5",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "aborted",
      "stop_reason": "error",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "reasoning",
        "value": {
         "text": "text"
        }
       }
      ],
      "role": "tool",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "unknown",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "cost": {
       "basis": "unknown",
       "micro_usd": 7
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "running",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   },
   {
    "hasMore": true,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "tool_call",
        "value": {
         "arguments": {
          "any": [
           "thing",
           1
          ]
         },
         "id": "id",
         "name": "name"
        }
       }
      ],
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "role": "user",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "completed_at": 1767225600000,
      "id": "id",
      "name": "name",
      "record": "record",
      "result": "result",
      "started_at": 1767225600000,
      "status": "pending",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "cost": {
       "basis": "price_table",
       "micro_usd": 7
      },
      "error": {
       "hint": "hint",
       "is_retryable": true,
       "kind": "budget_exhausted",
       "message": "Good morning."
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "model": "openai/gpt-5",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "parked",
      "stop_reason": "max_tokens",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   },
   {
    "hasMore": false,
    "messages": [
     {
      "created_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parts": [
       {
        "kind": "tool_result",
        "value": {
         "call_id": "call_id",
         "content": "Good morning.",
         "is_error": false
        }
       }
      ],
      "role": "assistant",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "position": 7,
    "toolCalls": [
     {
      "arguments": {
       "any": [
        "thing",
        1
       ]
      },
      "id": "id",
      "name": "name",
      "status": "waiting",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "turns": [
     {
      "agent_id": "main",
      "cost": {
       "basis": "free",
       "micro_usd": 7
      },
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "n_steps": 7,
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "started_at": 1767225600000,
      "status": "completed",
      "usage": {
       "cache_write_tokens": 7,
       "cached_input_tokens": 7,
       "input_tokens": 7,
       "output_tokens": 7,
       "reasoning_tokens": 7
      }
     }
    ]
   }
  ]
 },
 "sessions.list": {
  "params": [
   {
    "cursor": "cursor",
    "limit": 7,
    "search": "search"
   },
   {}
  ],
  "result": [
   {
    "nextCursor": "nextCursor",
    "sessions": [
     {
      "agent_id": "main",
      "created_at": 1767225600000,
      "is_busy": true,
      "key": "main",
      "n_messages": 7,
      "n_waiting": 7,
      "title": "title",
      "updated_at": 1767225600000
     }
    ]
   },
   {
    "sessions": [
     {
      "agent_id": "main",
      "created_at": 1767225600000,
      "is_busy": false,
      "key": "main",
      "n_messages": 7,
      "n_waiting": 7,
      "updated_at": 1767225600000
     }
    ]
   }
  ]
 },
 "sessions.send": {
  "params": [
   {
    "agentId": "main",
    "attachments": [
     {
      "content_type": "content_type",
      "filename": "filename",
      "id": "id",
      "path": "notes/today.md",
      "size_bytes": 7,
      "url": "url"
     }
    ],
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main",
    "message": "Good morning.",
    "queueMode": "steer"
   },
   {
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main",
    "message": "Good morning."
   },
   {
    "agentId": "main",
    "attachments": [
     {
      "content_type": "content_type",
      "filename": "filename",
      "id": "id",
      "path": "notes/today.md",
      "size_bytes": 7,
      "url": "url"
     }
    ],
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main",
    "message": "Good morning.",
    "queueMode": "followup"
   },
   {
    "agentId": "main",
    "attachments": [
     {
      "content_type": "content_type",
      "filename": "filename",
      "id": "id",
      "path": "notes/today.md",
      "size_bytes": 7,
      "url": "url"
     }
    ],
    "idempotencyKey": "3f1c0b1e-once",
    "key": "main",
    "message": "Good morning.",
    "queueMode": "queue"
   }
  ],
  "result": [
   {
    "isDuplicate": true,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "processing"
   },
   {
    "isDuplicate": false,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "queued"
   },
   {
    "isDuplicate": true,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "parked"
   },
   {
    "isDuplicate": false,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "completed"
   },
   {
    "isDuplicate": true,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "denied"
   },
   {
    "isDuplicate": false,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "handled_by_automation"
   },
   {
    "isDuplicate": true,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "cancelled"
   },
   {
    "isDuplicate": false,
    "requestId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "status": "failed"
   }
  ]
 },
 "status": {
  "params": [
   {}
  ],
  "result": [
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "money",
        "state": "fine",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "class": "interactive",
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "name": "name",
       "of": "of",
       "period": "day",
       "scope": "owner",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "resetsAt": 1767225600000,
      "state": "fine",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "price_table",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "fix": "fix",
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "starting"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "starting",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "kind": "owner"
      },
      "purpose": "purpose",
      "queue_mode": "steer",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "safeMode": "safeMode",
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "read",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_once",
      "chain": [
       {
        "kind": "owner"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "kind": "owner"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "pending",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "working": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "kind": "owner"
      },
      "purpose": "purpose",
      "queue_mode": "steer",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "tokens",
        "state": "warned",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "limits": {},
       "name": "name",
       "period": "month",
       "scope": "agent",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "state": "warned",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "free",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "healthy"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "healthy",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ],
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "known"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "approved"
     }
    ],
    "working": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "tool_calls",
        "state": "exhausted",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "class": "interactive",
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "name": "name",
       "of": "of",
       "period": "total",
       "scope": "session",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "resetsAt": 1767225600000,
      "state": "exhausted",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "unknown",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "fix": "fix",
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "degraded"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "degraded",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "unknown"
      },
      "purpose": "purpose",
      "queue_mode": "followup",
      "session_key": "main",
      "stage": "resolveAccess",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "resolveAccess",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "parked",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "safeMode": "safeMode",
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_always",
      "chain": [
       {
        "id": "id",
        "kind": "unknown"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "unknown"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "denied",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "working": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "unknown"
      },
      "purpose": "purpose",
      "queue_mode": "followup",
      "session_key": "main",
      "stage": "resolveAccess",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "resolveAccess",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "parked",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "model_time",
        "state": "fine",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "limits": {},
       "name": "name",
       "period": "day",
       "scope": "key",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "state": "fine",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "price_table",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "unhealthy"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "unhealthy",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "collect",
      "stage": "runAutomations",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "runAutomations",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "completed"
     }
    ],
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "main",
        "kind": "agent"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "expired"
     }
    ],
    "working": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "collect",
      "stage": "runAutomations",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "runAutomations",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "completed"
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "money",
        "state": "warned",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "class": "interactive",
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "name": "name",
       "of": "of",
       "period": "month",
       "scope": "owner",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "resetsAt": 1767225600000,
      "state": "warned",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "free",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "fix": "fix",
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "starting"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "starting",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "adapter"
      },
      "purpose": "purpose",
      "queue_mode": "queue",
      "session_key": "main",
      "stage": "assembleContext",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "assembleContext",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "denied",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "safeMode": "safeMode",
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "write",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny_always",
      "chain": [
       {
        "id": "id",
        "kind": "adapter"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "adapter"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "withdrawn",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "working": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "adapter"
      },
      "purpose": "purpose",
      "queue_mode": "queue",
      "session_key": "main",
      "stage": "assembleContext",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "assembleContext",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "denied",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "tokens",
        "state": "exhausted",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "limits": {},
       "name": "name",
       "period": "total",
       "scope": "agent",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "state": "exhausted",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "unknown",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "healthy"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "healthy",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "steer",
      "stage": "runAgent",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "runAgent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "handled_by_automation"
     }
    ],
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "api_key"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "pending"
     }
    ],
    "working": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "steer",
      "stage": "runAgent",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "runAgent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "handled_by_automation"
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "tool_calls",
        "state": "fine",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "class": "interactive",
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "name": "name",
       "of": "of",
       "period": "day",
       "scope": "session",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "resetsAt": 1767225600000,
      "state": "fine",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "price_table",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "fix": "fix",
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "degraded"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "degraded",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "job"
      },
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "session_key": "main",
      "stage": "deliverResponse",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "deliverResponse",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "cancelled",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "safeMode": "safeMode",
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "argv": [
          "argv"
         ],
         "content": "Good morning.",
         "cwd": "cwd",
         "env": [
          "env"
         ],
         "kind": "command",
         "network": true,
         "program": "program"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "approve_day",
      "chain": [
       {
        "id": "id",
        "kind": "job"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "job"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "approved",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "working": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "job"
      },
      "purpose": "purpose",
      "queue_mode": "interrupt",
      "session_key": "main",
      "stage": "deliverResponse",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "ended",
        "stage": "deliverResponse",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "cancelled",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "model_time",
        "state": "warned",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "limits": {},
       "name": "name",
       "period": "month",
       "scope": "key",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "state": "warned",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "free",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "unhealthy"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "unhealthy",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "followup",
      "stage": "finalize",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "finalize",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "failed"
     }
    ],
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "channel": "channel",
         "kind": "recipient",
         "to": "to"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "id": "id",
        "kind": "device"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "unknown_outcome",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "denied"
     }
    ],
    "working": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "followup",
      "stage": "finalize",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "failed",
        "stage": "finalize",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "failed"
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "money",
        "state": "exhausted",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "class": "interactive",
       "limits": {
        "micro_usd": 7,
        "model_ms": 1500,
        "tokens": 7,
        "tool_calls": 7
       },
       "name": "name",
       "of": "of",
       "period": "total",
       "scope": "owner",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "resetsAt": 1767225600000,
      "state": "exhausted",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "unknown",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "fix": "fix",
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "starting"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "starting",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "hook"
      },
      "purpose": "purpose",
      "queue_mode": "collect",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "safeMode": "safeMode",
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "folder": "folder",
       "summary": "summary",
       "targets": [
        {
         "access": "delete",
         "content": "Good morning.",
         "kind": "path",
         "path": "notes/today.md"
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "answer": "deny",
      "chain": [
       {
        "id": "id",
        "kind": "hook"
       }
      ],
      "comment": "comment",
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "sender",
      "proposals": [
       {
        "scope": {
         "command": [
          "command"
         ],
         "digest": "digest",
         "host": "host",
         "path": "notes/today.md",
         "port": 7,
         "recipient": "recipient",
         "resource": "resource",
         "session_key": "main"
        },
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "resolved_at": 1767225600000,
      "resolved_by": {
       "id": "id",
       "kind": "hook"
      },
      "seen_at": 1767225600000,
      "sender": {
       "account_id": "account_id",
       "channel": "channel",
       "excerpt": "excerpt",
       "first_seen": 1767225600000,
       "n_seen": 7,
       "name": "name",
       "sender_id": "sender_id"
      },
      "session_key": "main",
      "signature": {
       "device": "device",
       "signature": "signature"
      },
      "status": "expired",
      "tool_call_id": "tool_call_id",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
     }
    ],
    "working": [
     {
      "agent_id": "main",
      "completed_at": 1767225600000,
      "enrichment": [
       "enrichment"
      ],
      "error": "error",
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "parent": {
       "agent_id": "main",
       "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
       "session_key": "main",
       "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
      },
      "principal": {
       "id": "id",
       "kind": "hook"
      },
      "purpose": "purpose",
      "queue_mode": "collect",
      "session_key": "main",
      "stage": "receiveEvent",
      "stages": [
       {
        "duration_us": 7,
        "note": "note",
        "outcome": "passed",
        "stage": "receiveEvent",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "processing",
      "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "wish": {
       "call": {
        "arguments": {
         "any": [
          "thing",
          1
         ]
        },
        "tool": "read_file"
       },
       "model": "openai/gpt-5",
       "steps_max": 7
      }
     }
    ],
    "yoloAgents": [
     "main"
    ]
   },
   {
    "address": "address",
    "budgets": [
     {
      "accounts": [
       {
        "holder": "holder",
        "nUnpriced": 7,
        "percent": 7,
        "reserved": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        },
        "resource": "tokens",
        "state": "fine",
        "used": {
         "micro_usd": 7,
         "model_ms": 1500,
         "tokens": 7,
         "tool_calls": 7
        }
       }
      ],
      "budget": {
       "limits": {},
       "name": "name",
       "period": "day",
       "scope": "agent",
       "time_zone": "time_zone",
       "warn_percent": 7
      },
      "state": "fine",
      "window": "window"
     }
    ],
    "costToday": {
     "basis": "price_table",
     "micro_usd": 7
    },
    "exposedAt": [
     "exposedAt"
    ],
    "health": {
     "adapters": {
      "errored": 7,
      "running": 7,
      "total": 7
     },
     "checks": [
      {
       "id": "id",
       "reason": "reason",
       "since": 1767225600000,
       "status": "healthy"
      }
     ],
     "pid": 7,
     "pipeline": {
      "active_requests": 7,
      "total_processed": 7
     },
     "status": "healthy",
     "uptime_ms": 1500,
     "version": "0.1.0"
    },
    "home": "home",
    "model": "openai/gpt-5",
    "modelReason": "modelReason",
    "recent": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "queue",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ],
    "summary": "summary",
    "waiting": [
     {
      "action": {
       "arguments": {
        "any": [
         "thing",
         1
        ]
       },
       "digest": "digest",
       "summary": "summary",
       "targets": [
        {
         "host": "host",
         "kind": "host",
         "port": 7
        }
       ],
       "tool": "read_file"
      },
      "agent_id": "main",
      "chain": [
       {
        "kind": "system"
       }
      ],
      "created_at": 1767225600000,
      "expires_at": 1767225600000,
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "kind": "policy",
      "proposals": [
       {
        "scope": {},
        "text": "text"
       }
      ],
      "reason": "reason",
      "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "session_key": "main",
      "status": "withdrawn"
     }
    ],
    "working": [
     {
      "event_id": "event_id",
      "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
      "purpose": "purpose",
      "queue_mode": "queue",
      "stage": "resolveIdentity",
      "stages": [
       {
        "duration_us": 7,
        "outcome": "skipped",
        "stage": "resolveIdentity",
        "started_at": 1767225600000
       }
      ],
      "started_at": 1767225600000,
      "status": "queued"
     }
    ],
    "yoloAgents": [
     "main"
    ]
   }
  ]
 },
 "tools.check": {
  "params": [
   {
    "agentId": "main",
    "args": {},
    "sessionKey": "main",
    "tool": "read_file"
   },
   {
    "args": {},
    "tool": "read_file"
   }
  ],
  "result": [
   {
    "action": {
     "arguments": {
      "any": [
       "thing",
       1
      ]
     },
     "digest": "digest",
     "folder": "folder",
     "summary": "summary",
     "targets": [
      {
       "access": "read",
       "content": "Good morning.",
       "kind": "path",
       "path": "notes/today.md"
      }
     ],
     "tool": "read_file"
    },
    "agentId": "main",
    "reason": "reason",
    "sessionKey": "main",
    "verdict": "allow"
   },
   {
    "action": {
     "arguments": {
      "any": [
       "thing",
       1
      ]
     },
     "digest": "digest",
     "summary": "summary",
     "targets": [
      {
       "host": "host",
       "kind": "host",
       "port": 7
      }
     ],
     "tool": "read_file"
    },
    "agentId": "main",
    "reason": "reason",
    "sessionKey": "main",
    "verdict": "ask"
   },
   {
    "action": {
     "arguments": {
      "any": [
       "thing",
       1
      ]
     },
     "digest": "digest",
     "folder": "folder",
     "summary": "summary",
     "targets": [
      {
       "argv": [
        "argv"
       ],
       "content": "Good morning.",
       "cwd": "cwd",
       "env": [
        "env"
       ],
       "kind": "command",
       "network": true,
       "program": "program"
      }
     ],
     "tool": "read_file"
    },
    "agentId": "main",
    "reason": "reason",
    "sessionKey": "main",
    "verdict": "deny"
   },
   {
    "action": {
     "arguments": {
      "any": [
       "thing",
       1
      ]
     },
     "digest": "digest",
     "summary": "summary",
     "targets": [
      {
       "channel": "channel",
       "kind": "recipient",
       "to": "to"
      }
     ],
     "tool": "read_file"
    },
    "agentId": "main",
    "reason": "reason",
    "sessionKey": "main",
    "verdict": "allow"
   }
  ]
 },
 "tools.invoke": {
  "params": [
   {
    "agentId": "main",
    "args": {},
    "idempotencyKey": "3f1c0b1e-once",
    "sessionKey": "main",
    "tool": "read_file"
   },
   {
    "args": {},
    "idempotencyKey": "3f1c0b1e-once",
    "tool": "read_file"
   }
  ],
  "result": [
   {
    "content": "Good morning.",
    "isDuplicate": true,
    "isRefused": true,
    "ok": true,
    "permissionId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "record": "record",
    "requestStatus": "processing",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted"
   },
   {
    "isDuplicate": false,
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "done"
   },
   {
    "content": "Good morning.",
    "isDuplicate": true,
    "isRefused": true,
    "ok": true,
    "permissionId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "record": "record",
    "requestStatus": "parked",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted"
   },
   {
    "content": "Good morning.",
    "isDuplicate": true,
    "isRefused": true,
    "ok": true,
    "permissionId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "record": "record",
    "requestStatus": "denied",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted"
   },
   {
    "content": "Good morning.",
    "isDuplicate": true,
    "isRefused": true,
    "ok": true,
    "permissionId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "record": "record",
    "requestStatus": "cancelled",
    "runId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "sessionKey": "main",
    "status": "accepted"
   }
  ]
 },
 "tools.list": {
  "params": [
   {
    "agentId": "main"
   },
   {}
  ],
  "result": [
   {
    "agentId": "main",
    "tools": [
     {
      "description": "description",
      "name": "name",
      "parameters": {
       "any": [
        "thing",
        1
       ]
      }
     }
    ]
   }
  ]
 },
 "usage.get": {
  "params": [
   {
    "agentId": "agentId",
    "key": "main",
    "model": "openai/gpt-5",
    "sessionKey": "main",
    "since": "sincexxxxx",
    "until": "untilxxxxx"
   },
   {}
  ],
  "result": [
   {
    "total": {
     "estimatedMicroUsd": 7,
     "modelMs": 1500,
     "nCalls": 7,
     "nPriced": 7,
     "nToolCalls": 7,
     "nUnpriced": 7,
     "pricedMicroUsd": 7,
     "unpricedTokens": 7,
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   }
  ]
 },
 "usage.list": {
  "params": [
   {
    "by": "agent",
    "cursor": "cursor",
    "filter": {
     "agentId": "agentId",
     "key": "main",
     "model": "openai/gpt-5",
     "sessionKey": "main",
     "since": "sincexxxxx",
     "until": "untilxxxxx"
    },
    "limit": 7
   },
   {
    "by": "day",
    "filter": {}
   },
   {
    "by": "model",
    "cursor": "cursor",
    "filter": {
     "agentId": "agentId",
     "key": "main",
     "model": "openai/gpt-5",
     "sessionKey": "main",
     "since": "sincexxxxx",
     "until": "untilxxxxx"
    },
    "limit": 7
   },
   {
    "by": "key",
    "cursor": "cursor",
    "filter": {
     "agentId": "agentId",
     "key": "main",
     "model": "openai/gpt-5",
     "sessionKey": "main",
     "since": "sincexxxxx",
     "until": "untilxxxxx"
    },
    "limit": 7
   }
  ],
  "result": [
   {
    "nextCursor": "nextCursor",
    "rows": [
     {
      "figures": {
       "estimatedMicroUsd": 7,
       "modelMs": 1500,
       "nCalls": 7,
       "nPriced": 7,
       "nToolCalls": 7,
       "nUnpriced": 7,
       "pricedMicroUsd": 7,
       "unpricedTokens": 7,
       "usage": {
        "cache_write_tokens": 7,
        "cached_input_tokens": 7,
        "input_tokens": 7,
        "output_tokens": 7,
        "reasoning_tokens": 7
       }
      },
      "name": "name"
     }
    ],
    "total": {
     "estimatedMicroUsd": 7,
     "modelMs": 1500,
     "nCalls": 7,
     "nPriced": 7,
     "nToolCalls": 7,
     "nUnpriced": 7,
     "pricedMicroUsd": 7,
     "unpricedTokens": 7,
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   },
   {
    "rows": [
     {
      "figures": {
       "estimatedMicroUsd": 7,
       "modelMs": 1500,
       "nCalls": 7,
       "nPriced": 7,
       "nToolCalls": 7,
       "nUnpriced": 7,
       "pricedMicroUsd": 7,
       "unpricedTokens": 7,
       "usage": {
        "cache_write_tokens": 7,
        "cached_input_tokens": 7,
        "input_tokens": 7,
        "output_tokens": 7,
        "reasoning_tokens": 7
       }
      },
      "name": "name"
     }
    ],
    "total": {
     "estimatedMicroUsd": 7,
     "modelMs": 1500,
     "nCalls": 7,
     "nPriced": 7,
     "nToolCalls": 7,
     "nUnpriced": 7,
     "pricedMicroUsd": 7,
     "unpricedTokens": 7,
     "usage": {
      "cache_write_tokens": 7,
      "cached_input_tokens": 7,
      "input_tokens": 7,
      "output_tokens": 7,
      "reasoning_tokens": 7
     }
    }
   }
  ]
 }
};

export const clientFrames: ClientFrame[] = [
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "runtime.read"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "id": "id",
  "method": "method",
  "type": "req"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "agent.read"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "session.read"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "tool.read"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "request.read"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "acl.approve"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "config.read"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "credential.read"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "credential.reveal"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 },
 {
  "auth": {
   "device": {
    "nonce": "nonce",
    "publicKey": "publicKeyxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "scopes": [
     "access.admin"
    ],
    "signature": "signaturexxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "signedAt": 1767225600000,
    "ticket": "ticket"
   },
   "password": "password",
   "token": "token"
  },
  "caps": [
   "caps"
  ],
  "client": {
   "instanceId": "instanceId",
   "mode": "mode",
   "name": "name",
   "platform": "platform",
   "version": "0.1.0"
  },
  "locale": "locale",
  "maxProtocol": 7,
  "minProtocol": 7,
  "type": "hello",
  "userAgent": "userAgent"
 }
];

export const serverFrames: ServerFrame[] = [
 {
  "auth": {
   "principal": {
    "kind": "owner"
   },
   "scopes": [
    "runtime.read"
   ]
  },
  "features": {
   "events": [
    "events"
   ],
   "methods": [
    "methods"
   ]
  },
  "policy": {
   "maxBufferedBytes": 7,
   "maxPayload": 7,
   "tickIntervalMs": 1500
  },
  "protocol": 7,
  "server": {
   "connId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "host": "host",
   "version": "0.1.0"
  },
  "snapshot": {
   "health": {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "fix": "fix",
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "starting"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "starting",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   "position": 7,
   "presence": [
    {
     "host": "host",
     "instanceId": "instanceId",
     "ip": "ip",
     "lastInputSeconds": 7,
     "mode": "mode",
     "reason": "reason",
     "tags": [
      "tags"
     ],
     "text": "text",
     "ts": 1767225600000,
     "version": "0.1.0"
    }
   ],
   "stateVersion": {
    "health": 7,
    "presence": 7
   },
   "uptimeMs": 1500
  },
  "type": "hello-ok"
 },
 {
  "expectedProtocol": 7,
  "minClient": "minClient",
  "reason": "reason",
  "type": "hello-error"
 },
 {
  "error": {
   "code": "UNAUTHORIZED",
   "details": {
    "any": [
     "thing",
     1
    ]
   },
   "hint": "hint",
   "message": "Good morning.",
   "retryAfterMs": 1500,
   "retryable": true
  },
  "id": "id",
  "ok": true,
  "payload": {
   "any": [
    "thing",
    1
   ]
  },
  "type": "res"
 },
 {
  "event": "event",
  "payload": {
   "any": [
    "thing",
    1
   ]
  },
  "seq": 7,
  "type": "event"
 },
 {
  "auth": {
   "principal": {
    "id": "id",
    "kind": "adapter"
   },
   "scopes": [
    "session.read"
   ]
  },
  "features": {
   "events": [
    "events"
   ],
   "methods": [
    "methods"
   ]
  },
  "policy": {
   "maxBufferedBytes": 7,
   "maxPayload": 7,
   "tickIntervalMs": 1500
  },
  "protocol": 7,
  "server": {
   "connId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "host": "host",
   "version": "0.1.0"
  },
  "snapshot": {
   "health": {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "fix": "fix",
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "starting"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "starting",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   "position": 7,
   "presence": [
    {
     "host": "host",
     "instanceId": "instanceId",
     "ip": "ip",
     "lastInputSeconds": 7,
     "mode": "mode",
     "reason": "reason",
     "tags": [
      "tags"
     ],
     "text": "text",
     "ts": 1767225600000,
     "version": "0.1.0"
    }
   ],
   "stateVersion": {
    "health": 7,
    "presence": 7
   },
   "uptimeMs": 1500
  },
  "type": "hello-ok"
 },
 {
  "error": {
   "code": "UNAVAILABLE",
   "details": {
    "any": [
     "thing",
     1
    ]
   },
   "hint": "hint",
   "message": "Good morning.",
   "retryAfterMs": 1500,
   "retryable": true
  },
  "id": "id",
  "ok": true,
  "payload": {
   "any": [
    "thing",
    1
   ]
  },
  "type": "res"
 },
 {
  "auth": {
   "principal": {
    "id": "id",
    "kind": "hook"
   },
   "scopes": [
    "request.read"
   ]
  },
  "features": {
   "events": [
    "events"
   ],
   "methods": [
    "methods"
   ]
  },
  "policy": {
   "maxBufferedBytes": 7,
   "maxPayload": 7,
   "tickIntervalMs": 1500
  },
  "protocol": 7,
  "server": {
   "connId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "host": "host",
   "version": "0.1.0"
  },
  "snapshot": {
   "health": {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "fix": "fix",
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "starting"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "starting",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   "position": 7,
   "presence": [
    {
     "host": "host",
     "instanceId": "instanceId",
     "ip": "ip",
     "lastInputSeconds": 7,
     "mode": "mode",
     "reason": "reason",
     "tags": [
      "tags"
     ],
     "text": "text",
     "ts": 1767225600000,
     "version": "0.1.0"
    }
   ],
   "stateVersion": {
    "health": 7,
    "presence": 7
   },
   "uptimeMs": 1500
  },
  "type": "hello-ok"
 },
 {
  "auth": {
   "principal": {
    "id": "id",
    "kind": "unknown"
   },
   "scopes": [
    "config.read"
   ]
  },
  "features": {
   "events": [
    "events"
   ],
   "methods": [
    "methods"
   ]
  },
  "policy": {
   "maxBufferedBytes": 7,
   "maxPayload": 7,
   "tickIntervalMs": 1500
  },
  "protocol": 7,
  "server": {
   "connId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "host": "host",
   "version": "0.1.0"
  },
  "snapshot": {
   "health": {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "fix": "fix",
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "starting"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "starting",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   "position": 7,
   "presence": [
    {
     "host": "host",
     "instanceId": "instanceId",
     "ip": "ip",
     "lastInputSeconds": 7,
     "mode": "mode",
     "reason": "reason",
     "tags": [
      "tags"
     ],
     "text": "text",
     "ts": 1767225600000,
     "version": "0.1.0"
    }
   ],
   "stateVersion": {
    "health": 7,
    "presence": 7
   },
   "uptimeMs": 1500
  },
  "type": "hello-ok"
 },
 {
  "auth": {
   "principal": {
    "id": "id",
    "kind": "job"
   },
   "scopes": [
    "credential.reveal"
   ]
  },
  "features": {
   "events": [
    "events"
   ],
   "methods": [
    "methods"
   ]
  },
  "policy": {
   "maxBufferedBytes": 7,
   "maxPayload": 7,
   "tickIntervalMs": 1500
  },
  "protocol": 7,
  "server": {
   "connId": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "host": "host",
   "version": "0.1.0"
  },
  "snapshot": {
   "health": {
    "adapters": {
     "errored": 7,
     "running": 7,
     "total": 7
    },
    "checks": [
     {
      "fix": "fix",
      "id": "id",
      "reason": "reason",
      "since": 1767225600000,
      "status": "starting"
     }
    ],
    "pid": 7,
    "pipeline": {
     "active_requests": 7,
     "total_processed": 7
    },
    "status": "starting",
    "uptime_ms": 1500,
    "version": "0.1.0"
   },
   "position": 7,
   "presence": [
    {
     "host": "host",
     "instanceId": "instanceId",
     "ip": "ip",
     "lastInputSeconds": 7,
     "mode": "mode",
     "reason": "reason",
     "tags": [
      "tags"
     ],
     "text": "text",
     "ts": 1767225600000,
     "version": "0.1.0"
    }
   ],
   "stateVersion": {
    "health": 7,
    "presence": 7
   },
   "uptimeMs": 1500
  },
  "type": "hello-ok"
 }
];

export const events: Of<Events>[] = [
 {
  "properties": {
   "version": "0.1.0"
  },
  "type": "system.started"
 },
 {
  "properties": {
   "reason": "reason"
  },
  "type": "system.stopping"
 },
 {
  "properties": {
   "changed": [
    "changed"
   ],
   "needs_restart": [
    "needs_restart"
   ]
  },
  "type": "system.config_reloaded"
 },
 {
  "properties": {
   "paths": [
    "paths"
   ],
   "requires_restart": [
    "requires_restart"
   ]
  },
  "type": "config.changed"
 },
 {
  "properties": {
   "findings": [
    "findings"
   ]
  },
  "type": "config.rejected"
 },
 {
  "properties": {
   "channel": "channel",
   "event_id": "event_id",
   "purpose": "purpose",
   "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "nex.request.started"
 },
 {
  "properties": {
   "duration_us": 7,
   "note": "note",
   "outcome": "ended",
   "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "stage": "deliverResponse"
  },
  "type": "nex.request.stage"
 },
 {
  "properties": {
   "mode": "followup",
   "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "session_key": "main"
  },
  "type": "nex.request.queued"
 },
 {
  "properties": {
   "duration_ms": 1500,
   "error": "error",
   "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "session_key": "main",
   "status": "processing"
  },
  "type": "nex.request.completed"
 },
 {
  "properties": {
   "action": "action",
   "chain": [
    {
     "kind": "system"
    }
   ],
   "reason": "reason",
   "request_id": null,
   "verdict": "verdict"
  },
  "type": "acl.decision"
 },
 {
  "properties": {
   "permission": {
    "action": {
     "arguments": {
      "any": [
       "thing",
       1
      ]
     },
     "digest": "digest",
     "folder": "folder",
     "summary": "summary",
     "targets": [
      {
       "argv": [
        "argv"
       ],
       "content": "Good morning.",
       "cwd": "cwd",
       "env": [
        "env"
       ],
       "kind": "command",
       "network": true,
       "program": "program"
      }
     ],
     "tool": "read_file"
    },
    "agent_id": "main",
    "answer": "approve_once",
    "chain": [
     {
      "kind": "owner"
     }
    ],
    "comment": "comment",
    "created_at": 1767225600000,
    "expires_at": 1767225600000,
    "grant_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "kind": "unknown_outcome",
    "proposals": [
     {
      "scope": {
       "command": [
        "command"
       ],
       "digest": "digest",
       "host": "host",
       "path": "notes/today.md",
       "port": 7,
       "recipient": "recipient",
       "resource": "resource",
       "session_key": "main"
      },
      "text": "text"
     }
    ],
    "reason": "reason",
    "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "resolved_at": 1767225600000,
    "resolved_by": {
     "kind": "owner"
    },
    "seen_at": 1767225600000,
    "sender": {
     "account_id": "account_id",
     "channel": "channel",
     "excerpt": "excerpt",
     "first_seen": 1767225600000,
     "n_seen": 7,
     "name": "name",
     "sender_id": "sender_id"
    },
    "session_key": "main",
    "signature": {
     "device": "device",
     "signature": "signature"
    },
    "status": "pending",
    "tool_call_id": "tool_call_id",
    "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   }
  },
  "type": "permission.requested"
 },
 {
  "properties": {
   "answer": null,
   "comment": null,
   "grant_id": null,
   "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "resolved_by": null,
   "session_key": "main",
   "status": "approved"
  },
  "type": "permission.resolved"
 },
 {
  "properties": {
   "expires_at": 1767225600000,
   "permission_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "seen_at": 1767225600000,
   "session_key": "main"
  },
  "type": "permission.updated"
 },
 {
  "properties": {
   "by": {
    "id": "main",
    "kind": "agent"
   },
   "channel": "channel",
   "entity_id": null,
   "kind": null,
   "sender_id": "sender_id"
  },
  "type": "contact.changed"
 },
 {
  "properties": {
   "earlier_key": "main",
   "session_key": "main"
  },
  "type": "session.renamed"
 },
 {
  "properties": {
   "agent_id": "main",
   "creator": {
    "id": "id",
    "kind": "api_key"
   },
   "parent": null,
   "preset": "preset"
  },
  "type": "agent.created"
 },
 {
  "properties": {
   "agent_id": "main",
   "preset": "preset"
  },
  "type": "agent.updated"
 },
 {
  "properties": {
   "agent_id": "main"
  },
  "type": "agent.deleted"
 },
 {
  "properties": {
   "agent_id": "main",
   "session_key": "main"
  },
  "type": "session.created"
 },
 {
  "properties": {
   "label": {
    "at": 1767225600000,
    "detail": "detail",
    "label": "private",
    "source": "credential"
   },
   "session_key": "main"
  },
  "type": "session.labelled"
 },
 {
  "properties": {
   "request_ids": [
    "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   ],
   "session_key": "main",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "turn.created"
 },
 {
  "properties": {
   "session_key": "main",
   "status": "parked",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "turn.updated"
 },
 {
  "properties": {
   "cost": {
    "basis": "free",
    "micro_usd": 7
   },
   "error": "error",
   "session_key": "main",
   "status": "completed",
   "stop_reason": "limit",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "usage": {
    "cache_write_tokens": 7,
    "cached_input_tokens": 7,
    "input_tokens": 7,
    "output_tokens": 7,
    "reasoning_tokens": 7
   }
  },
  "type": "turn.completed"
 },
 {
  "properties": {
   "message": {
    "created_at": 1767225600000,
    "id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
    "parts": [
     {
      "kind": "tool_result",
      "value": {
       "call_id": "call_id",
       "content": "Good morning.",
       "is_error": false
      }
     }
    ],
    "role": "tool",
    "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
   },
   "session_key": "main"
  },
  "type": "message.recorded"
 },
 {
  "properties": {
   "name": "name",
   "session_key": "main",
   "summary": "summary",
   "tool_call_id": "tool_call_id",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "agent.tool.started"
 },
 {
  "properties": {
   "duration_ms": 1500,
   "excerpt": "excerpt",
   "name": "name",
   "record": null,
   "session_key": "main",
   "status": "waiting",
   "tool_call_id": "tool_call_id",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "agent.tool.completed"
 },
 {
  "properties": {
   "message": "Good morning.",
   "session_key": "main",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "will_retry": true
  },
  "type": "agent.error"
 },
 {
  "properties": {
   "n_messages": 7,
   "session_key": "main",
   "tokens_saved": 7
  },
  "type": "session.compacted"
 },
 {
  "properties": {
   "delivery_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "request_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "target": "target"
  },
  "type": "adapter.out.sending"
 },
 {
  "properties": {
   "delivery_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "message_ids": [
    "message_ids"
   ]
  },
  "type": "adapter.out.sent"
 },
 {
  "properties": {
   "delivery_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "error": "error",
   "is_unknown": true
  },
  "type": "adapter.out.error"
 },
 {
  "properties": {
   "adapter": "adapter",
   "reason": "reason",
   "state": "state"
  },
  "type": "adapter.status"
 },
 {
  "properties": {
   "budget": "budget",
   "holder": "holder",
   "limit": 7,
   "resets_at": 1767225600000,
   "resource": "money",
   "used": 7
  },
  "type": "budget.warned"
 },
 {
  "properties": {
   "budget": "budget",
   "holder": "holder",
   "limit": 7,
   "resets_at": null,
   "resource": "tokens",
   "used": 7
  },
  "type": "budget.exhausted"
 }
];

export const transients: Of<Transients>[] = [
 {
  "properties": {
   "message_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "seq": 7,
   "session_key": "main",
   "text": "text",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "agent.streaming.snapshot"
 },
 {
  "properties": {
   "delta": "delta",
   "message_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "seq": 7,
   "session_key": "main",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "agent.streaming.token"
 },
 {
  "properties": {
   "delta": "delta",
   "message_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1",
   "seq": 7,
   "session_key": "main",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "agent.streaming.reasoning"
 },
 {
  "properties": {
   "delta": "delta",
   "n_skipped": 7,
   "seq": 7,
   "session_key": "main",
   "tool_call_id": "tool_call_id",
   "turn_id": "01JDQ7M2Z3N4P5Q6R7S8T9V0W1"
  },
  "type": "agent.streaming.output"
 }
];
