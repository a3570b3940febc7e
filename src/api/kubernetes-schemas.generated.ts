// Made by `npm run generate`; change its source instead of this file.

// Types of Kubernetes v1.34.4, pruned to what a WorkerPool embeds.

import type { JsonSchema, SchemaMap } from './schema';

export const KUBERNETES_SCHEMAS: SchemaMap<JsonSchema> = {
 "AWSElasticBlockStoreVolumeSource": {
  "description": "Represents a Persistent Disk resource in AWS.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is the filesystem type of the volume that you want to mount.",
    "type": "string"
   },
   "partition": {
    "description": "partition is the partition in the volume that you want to mount.",
    "type": "integer",
    "format": "int32"
   },
   "readOnly": {
    "description": "readOnly value true will force the readOnly setting in VolumeMounts.",
    "type": "boolean"
   },
   "volumeID": {
    "description": "volumeID is unique ID of the persistent disk resource in AWS (Amazon EBS volume).",
    "type": "string"
   }
  },
  "required": [
   "volumeID"
  ]
 },
 "Affinity": {
  "description": "Affinity is a group of affinity scheduling rules.",
  "type": "object",
  "properties": {
   "nodeAffinity": {
    "description": "Describes node affinity scheduling rules for the pod.",
    "$ref": "NodeAffinity"
   },
   "podAffinity": {
    "description": "Describes pod affinity scheduling rules (e.g. co-locate this pod in the same node, zone, etc. as some other pod(s)).",
    "$ref": "PodAffinity"
   },
   "podAntiAffinity": {
    "description": "Describes pod anti-affinity scheduling rules (e.g. avoid putting this pod in the same node, zone, etc. as some other pod(s)).",
    "$ref": "PodAntiAffinity"
   }
  }
 },
 "AppArmorProfile": {
  "description": "AppArmorProfile defines a pod or container's AppArmor settings.",
  "type": "object",
  "properties": {
   "localhostProfile": {
    "description": "localhostProfile indicates a profile loaded on the node that should be used.",
    "type": "string"
   },
   "type": {
    "description": "type indicates which kind of AppArmor profile will be applied.",
    "type": "string"
   }
  },
  "required": [
   "type"
  ]
 },
 "AzureDiskVolumeSource": {
  "description": "AzureDisk represents an Azure Data Disk mount on the host and bind mount to the pod.",
  "type": "object",
  "properties": {
   "cachingMode": {
    "description": "cachingMode is the Host Caching mode: None, Read Only, Read Write.",
    "type": "string"
   },
   "diskName": {
    "description": "diskName is the Name of the data disk in the blob storage",
    "type": "string"
   },
   "diskURI": {
    "description": "diskURI is the URI of data disk in the blob storage",
    "type": "string"
   },
   "fsType": {
    "description": "fsType is Filesystem type to mount.",
    "type": "string",
    "default": "ext4"
   },
   "kind": {
    "description": "kind expected values are Shared: multiple blob disks per storage account  Dedicated: single blob disk per storage account  Managed: azure managed data disk (only in managed availability set). defaults to shared",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly Defaults to false (read/write).",
    "type": "boolean",
    "default": false
   }
  },
  "required": [
   "diskName",
   "diskURI"
  ]
 },
 "AzureFileVolumeSource": {
  "description": "AzureFile represents an Azure File Service mount on the host and bind mount to the pod.",
  "type": "object",
  "properties": {
   "readOnly": {
    "description": "readOnly defaults to false (read/write).",
    "type": "boolean"
   },
   "secretName": {
    "description": "secretName is the  name of secret that contains Azure Storage Account Name and Key",
    "type": "string"
   },
   "shareName": {
    "description": "shareName is the azure share Name",
    "type": "string"
   }
  },
  "required": [
   "secretName",
   "shareName"
  ]
 },
 "CSIVolumeSource": {
  "description": "Represents a source location of a volume to mount, managed by an external CSI driver",
  "type": "object",
  "properties": {
   "driver": {
    "description": "driver is the name of the CSI driver that handles this volume.",
    "type": "string"
   },
   "fsType": {
    "description": "fsType to mount.",
    "type": "string"
   },
   "nodePublishSecretRef": {
    "description": "nodePublishSecretRef is a reference to the secret object containing sensitive information to pass to the CSI driver to complete the CSI NodePublishVolume and NodeUnpublishVolume calls.",
    "$ref": "LocalObjectReference"
   },
   "readOnly": {
    "description": "readOnly specifies a read-only configuration for the volume.",
    "type": "boolean"
   },
   "volumeAttributes": {
    "description": "volumeAttributes stores driver-specific properties that are passed to the CSI driver.",
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   }
  },
  "required": [
   "driver"
  ]
 },
 "Capabilities": {
  "description": "Adds and removes POSIX capabilities from running containers.",
  "type": "object",
  "properties": {
   "add": {
    "description": "Added capabilities",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "drop": {
    "description": "Removed capabilities",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "CephFSVolumeSource": {
  "description": "Represents a Ceph Filesystem mount that lasts the lifetime of a pod Cephfs volumes do not support ownership management or SELinux relabeling.",
  "type": "object",
  "properties": {
   "monitors": {
    "description": "monitors is Required: Monitors is a collection of Ceph monitors More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "path": {
    "description": "path is Optional: Used as the mounted root, rather than the full Ceph tree, default is /",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly is Optional: Defaults to false (read/write).",
    "type": "boolean"
   },
   "secretFile": {
    "description": "secretFile is Optional: SecretFile is the path to key ring for User, default is /etc/ceph/user.secret More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it",
    "type": "string"
   },
   "secretRef": {
    "description": "secretRef is Optional: SecretRef is reference to the authentication secret for User, default is empty.",
    "$ref": "LocalObjectReference"
   },
   "user": {
    "description": "user is optional: User is the rados user name, default is admin More info: https://examples.k8s.io/volumes/cephfs/README.md#how-to-use-it",
    "type": "string"
   }
  },
  "required": [
   "monitors"
  ]
 },
 "CinderVolumeSource": {
  "description": "Represents a cinder volume resource in Openstack.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is the filesystem type to mount.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly defaults to false (read/write).",
    "type": "boolean"
   },
   "secretRef": {
    "description": "secretRef is optional: points to a secret object containing parameters used to connect to OpenStack.",
    "$ref": "LocalObjectReference"
   },
   "volumeID": {
    "description": "volumeID used to identify the volume in cinder.",
    "type": "string"
   }
  },
  "required": [
   "volumeID"
  ]
 },
 "ClusterTrustBundleProjection": {
  "description": "ClusterTrustBundleProjection describes how to select a set of ClusterTrustBundle objects and project their contents into the pod filesystem.",
  "type": "object",
  "properties": {
   "labelSelector": {
    "description": "Select all ClusterTrustBundles that match this label selector.",
    "$ref": "LabelSelector"
   },
   "name": {
    "description": "Select a single ClusterTrustBundle by object name.",
    "type": "string"
   },
   "optional": {
    "description": "If true, don't block pod startup if the referenced ClusterTrustBundle(s) aren't available.",
    "type": "boolean"
   },
   "path": {
    "description": "Relative path from the volume root to write the bundle.",
    "type": "string"
   },
   "signerName": {
    "description": "Select all ClusterTrustBundles that match this signer name.",
    "type": "string"
   }
  },
  "required": [
   "path"
  ]
 },
 "Condition": {
  "description": "Condition contains details for one aspect of the current state of this API Resource.",
  "type": "object",
  "properties": {
   "lastTransitionTime": {
    "description": "lastTransitionTime is the last time the condition transitioned from one status to another.",
    "$ref": "Time"
   },
   "message": {
    "description": "message is a human readable message indicating details about the transition.",
    "type": "string"
   },
   "observedGeneration": {
    "description": "observedGeneration represents the .metadata.generation that the condition was set based upon.",
    "type": "integer",
    "format": "int64"
   },
   "reason": {
    "description": "reason contains a programmatic identifier indicating the reason for the condition's last transition.",
    "type": "string"
   },
   "status": {
    "description": "status of the condition, one of True, False, Unknown.",
    "type": "string"
   },
   "type": {
    "description": "type of condition in CamelCase or in foo.example.com/CamelCase.",
    "type": "string"
   }
  },
  "required": [
   "type",
   "status",
   "lastTransitionTime",
   "reason",
   "message"
  ]
 },
 "ConfigMapEnvSource": {
  "description": "ConfigMapEnvSource selects a ConfigMap to populate the environment variables with.",
  "type": "object",
  "properties": {
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   },
   "optional": {
    "description": "Specify whether the ConfigMap must be defined",
    "type": "boolean"
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "ConfigMapKeySelector": {
  "description": "Selects a key from a ConfigMap.",
  "type": "object",
  "properties": {
   "key": {
    "description": "The key to select.",
    "type": "string"
   },
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   },
   "optional": {
    "description": "Specify whether the ConfigMap or its key must be defined",
    "type": "boolean"
   }
  },
  "required": [
   "key"
  ],
  "x-kubernetes-map-type": "atomic"
 },
 "ConfigMapProjection": {
  "description": "Adapts a ConfigMap into a projected volume.",
  "type": "object",
  "properties": {
   "items": {
    "description": "items if unspecified, each key-value pair in the Data field of the referenced ConfigMap will be projected into the volume as a file whose name is the key and content is the value.",
    "type": "array",
    "items": {
     "$ref": "KeyToPath"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   },
   "optional": {
    "description": "optional specify whether the ConfigMap or its keys must be defined",
    "type": "boolean"
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "ConfigMapVolumeSource": {
  "description": "Adapts a ConfigMap into a volume.",
  "type": "object",
  "properties": {
   "defaultMode": {
    "description": "defaultMode is optional: mode bits used to set permissions on created files by default.",
    "type": "integer",
    "format": "int32"
   },
   "items": {
    "description": "items if unspecified, each key-value pair in the Data field of the referenced ConfigMap will be projected into the volume as a file whose name is the key and content is the value.",
    "type": "array",
    "items": {
     "$ref": "KeyToPath"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   },
   "optional": {
    "description": "optional specify whether the ConfigMap or its keys must be defined",
    "type": "boolean"
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "Container": {
  "description": "A single application container that you want to run within a pod.",
  "type": "object",
  "properties": {
   "args": {
    "description": "Arguments to the entrypoint.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "command": {
    "description": "Entrypoint array.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "env": {
    "description": "List of environment variables to set in the container.",
    "type": "array",
    "items": {
     "$ref": "EnvVar"
    },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [
     "name"
    ]
   },
   "envFrom": {
    "description": "List of sources to populate environment variables in the container.",
    "type": "array",
    "items": {
     "$ref": "EnvFromSource"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "image": {
    "description": "Container image name.",
    "type": "string"
   },
   "imagePullPolicy": {
    "description": "Image pull policy.",
    "type": "string"
   },
   "lifecycle": {
    "description": "Actions that the management system should take in response to container lifecycle events.",
    "$ref": "Lifecycle"
   },
   "livenessProbe": {
    "description": "Periodic probe of container liveness.",
    "$ref": "Probe"
   },
   "name": {
    "description": "Name of the container specified as a DNS_LABEL.",
    "type": "string",
    "maxLength": 63
   },
   "ports": {
    "description": "List of ports to expose from the container.",
    "type": "array",
    "items": {
     "$ref": "ContainerPort"
    },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [
     "containerPort",
     "protocol"
    ]
   },
   "readinessProbe": {
    "description": "Periodic probe of container service readiness.",
    "$ref": "Probe"
   },
   "resizePolicy": {
    "description": "Resources resize policy for the container.",
    "type": "array",
    "items": {
     "$ref": "ContainerResizePolicy"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "resources": {
    "description": "Compute Resources required by this container.",
    "$ref": "ResourceRequirements"
   },
   "restartPolicy": {
    "description": "RestartPolicy defines the restart behavior of individual containers in a pod.",
    "type": "string"
   },
   "restartPolicyRules": {
    "description": "Represents a list of rules to be checked to determine if the container should be restarted on exit.",
    "type": "array",
    "items": {
     "$ref": "ContainerRestartRule"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "securityContext": {
    "description": "SecurityContext defines the security options the container should be run with.",
    "$ref": "SecurityContext"
   },
   "startupProbe": {
    "description": "StartupProbe indicates that the Pod has successfully initialized.",
    "$ref": "Probe"
   },
   "stdin": {
    "description": "Whether this container should allocate a buffer for stdin in the container runtime.",
    "type": "boolean"
   },
   "stdinOnce": {
    "description": "Whether the container runtime should close the stdin channel after it has been opened by a single attach.",
    "type": "boolean"
   },
   "terminationMessagePath": {
    "description": "Optional: Path at which the file to which the container's termination message will be written is mounted into the container's filesystem.",
    "type": "string"
   },
   "terminationMessagePolicy": {
    "description": "Indicate how the termination message should be populated.",
    "type": "string"
   },
   "tty": {
    "description": "Whether this container should allocate a TTY for itself, also requires 'stdin' to be true.",
    "type": "boolean"
   },
   "volumeDevices": {
    "description": "volumeDevices is the list of block devices to be used by the container.",
    "type": "array",
    "items": {
     "$ref": "VolumeDevice"
    },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [
     "devicePath"
    ]
   },
   "volumeMounts": {
    "description": "Pod volumes to mount into the container's filesystem.",
    "type": "array",
    "items": {
     "$ref": "VolumeMount"
    },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [
     "mountPath"
    ]
   },
   "workingDir": {
    "description": "Container's working directory.",
    "type": "string"
   }
  },
  "required": [
   "name"
  ]
 },
 "ContainerPort": {
  "description": "ContainerPort represents a network port in a single container.",
  "type": "object",
  "properties": {
   "containerPort": {
    "description": "Number of port to expose on the pod's IP address.",
    "type": "integer",
    "format": "int32"
   },
   "hostIP": {
    "description": "What host IP to bind the external port to.",
    "type": "string"
   },
   "hostPort": {
    "description": "Number of port to expose on the host.",
    "type": "integer",
    "format": "int32"
   },
   "name": {
    "description": "If specified, this must be an IANA_SVC_NAME and unique within the pod.",
    "type": "string"
   },
   "protocol": {
    "description": "Protocol for port.",
    "type": "string",
    "default": "TCP"
   }
  },
  "required": [
   "containerPort"
  ]
 },
 "ContainerResizePolicy": {
  "description": "ContainerResizePolicy represents resource resize policy for the container.",
  "type": "object",
  "properties": {
   "resourceName": {
    "description": "Name of the resource to which this resource resize policy applies.",
    "type": "string"
   },
   "restartPolicy": {
    "description": "Restart policy to apply when specified resource is resized.",
    "type": "string"
   }
  },
  "required": [
   "resourceName",
   "restartPolicy"
  ]
 },
 "ContainerRestartRule": {
  "description": "ContainerRestartRule describes how a container exit is handled.",
  "type": "object",
  "properties": {
   "action": {
    "description": "Specifies the action taken on a container exit if the requirements are satisfied.",
    "type": "string"
   },
   "exitCodes": {
    "description": "Represents the exit codes to check on container exits.",
    "$ref": "ContainerRestartRuleOnExitCodes"
   }
  },
  "required": [
   "action"
  ]
 },
 "ContainerRestartRuleOnExitCodes": {
  "description": "ContainerRestartRuleOnExitCodes describes the condition for handling an exited container based on its exit codes.",
  "type": "object",
  "properties": {
   "operator": {
    "description": "Represents the relationship between the container exit code(s) and the specified values.",
    "type": "string"
   },
   "values": {
    "description": "Specifies the set of values to check for container exit codes.",
    "type": "array",
    "items": {
     "type": "integer",
     "format": "int32"
    },
    "x-kubernetes-list-type": "set"
   }
  },
  "required": [
   "operator"
  ]
 },
 "DownwardAPIProjection": {
  "description": "Represents downward API info for projecting into a projected volume.",
  "type": "object",
  "properties": {
   "items": {
    "description": "Items is a list of DownwardAPIVolume file",
    "type": "array",
    "items": {
     "$ref": "DownwardAPIVolumeFile"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "DownwardAPIVolumeFile": {
  "description": "DownwardAPIVolumeFile represents information to create the file containing the pod field",
  "type": "object",
  "properties": {
   "fieldRef": {
    "description": "Required: Selects a field of the pod: only annotations, labels, name, namespace and uid are supported.",
    "$ref": "ObjectFieldSelector"
   },
   "mode": {
    "description": "Optional: mode bits used to set permissions on this file, must be an octal value between 0000 and 0777 or a decimal value between 0 and 511.",
    "type": "integer",
    "format": "int32"
   },
   "path": {
    "description": "Required: Path is  the relative path name of the file to be created.",
    "type": "string"
   },
   "resourceFieldRef": {
    "description": "Selects a resource of the container: only resources limits and requests (limits.cpu, limits.memory, requests.cpu and requests.memory) are currently supported.",
    "$ref": "ResourceFieldSelector"
   }
  },
  "required": [
   "path"
  ]
 },
 "DownwardAPIVolumeSource": {
  "description": "DownwardAPIVolumeSource represents a volume containing downward API info.",
  "type": "object",
  "properties": {
   "defaultMode": {
    "description": "Optional: mode bits to use on created files by default.",
    "type": "integer",
    "format": "int32"
   },
   "items": {
    "description": "Items is a list of downward API volume file",
    "type": "array",
    "items": {
     "$ref": "DownwardAPIVolumeFile"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "EmbeddedObjectMeta": {
  "description": "The metadata of an object that is made of a template.",
  "type": "object",
  "properties": {
   "labels": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "annotations": {
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   }
  }
 },
 "EmptyDirVolumeSource": {
  "description": "Represents an empty directory for a pod.",
  "type": "object",
  "properties": {
   "medium": {
    "description": "medium represents what type of storage medium should back this directory.",
    "type": "string"
   },
   "sizeLimit": {
    "description": "sizeLimit is the total amount of local storage required for this EmptyDir volume.",
    "$ref": "Quantity"
   }
  }
 },
 "EnvFromSource": {
  "description": "EnvFromSource represents the source of a set of ConfigMaps or Secrets",
  "type": "object",
  "properties": {
   "configMapRef": {
    "description": "The ConfigMap to select from",
    "$ref": "ConfigMapEnvSource"
   },
   "prefix": {
    "description": "Optional text to prepend to the name of each environment variable.",
    "type": "string"
   },
   "secretRef": {
    "description": "The Secret to select from",
    "$ref": "SecretEnvSource"
   }
  }
 },
 "EnvVar": {
  "description": "EnvVar represents an environment variable present in a Container.",
  "type": "object",
  "properties": {
   "name": {
    "description": "Name of the environment variable.",
    "type": "string"
   },
   "value": {
    "description": "Variable references $(VAR_NAME) are expanded using the previously defined environment variables in the container and any service environment variables.",
    "type": "string"
   },
   "valueFrom": {
    "description": "Source for the environment variable's value.",
    "$ref": "EnvVarSource"
   }
  },
  "required": [
   "name"
  ]
 },
 "EnvVarSource": {
  "description": "EnvVarSource represents a source for the value of an EnvVar.",
  "type": "object",
  "properties": {
   "configMapKeyRef": {
    "description": "Selects a key of a ConfigMap.",
    "$ref": "ConfigMapKeySelector"
   },
   "fieldRef": {
    "description": "Selects a field of the pod: supports metadata.name, metadata.namespace, `metadata.labels['<KEY>']`, `metadata.annotations['<KEY>']`, spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP, status.podIPs.",
    "$ref": "ObjectFieldSelector"
   },
   "fileKeyRef": {
    "description": "FileKeyRef selects a key of the env file.",
    "$ref": "FileKeySelector"
   },
   "resourceFieldRef": {
    "description": "Selects a resource of the container: only resources limits and requests (limits.cpu, limits.memory, limits.ephemeral-storage, requests.cpu, requests.memory and requests.ephemeral-storage) are currently supported.",
    "$ref": "ResourceFieldSelector"
   },
   "secretKeyRef": {
    "description": "Selects a key of a secret in the pod's namespace",
    "$ref": "SecretKeySelector"
   }
  }
 },
 "EphemeralVolumeSource": {
  "description": "Represents an ephemeral volume that is handled by a normal storage driver.",
  "type": "object",
  "properties": {
   "volumeClaimTemplate": {
    "description": "Will be used to create a stand-alone PVC to provision the volume.",
    "$ref": "PersistentVolumeClaimTemplate"
   }
  }
 },
 "ExecAction": {
  "description": "ExecAction describes a \"run in container\" action.",
  "type": "object",
  "properties": {
   "command": {
    "description": "Command is the command line to execute inside the container, the working directory for the command  is root ('/') in the container's filesystem.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "FCVolumeSource": {
  "description": "Represents a Fibre Channel volume.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is the filesystem type to mount.",
    "type": "string"
   },
   "lun": {
    "description": "lun is Optional: FC target lun number",
    "type": "integer",
    "format": "int32"
   },
   "readOnly": {
    "description": "readOnly is Optional: Defaults to false (read/write).",
    "type": "boolean"
   },
   "targetWWNs": {
    "description": "targetWWNs is Optional: FC target worldwide names (WWNs)",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "wwids": {
    "description": "wwids Optional: FC volume world wide identifiers (wwids) Either wwids or combination of targetWWNs and lun must be set, but not both simultaneously.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "FileKeySelector": {
  "description": "FileKeySelector selects a key of the env file.",
  "type": "object",
  "properties": {
   "key": {
    "description": "The key within the env file.",
    "type": "string"
   },
   "optional": {
    "description": "Specify whether the file or its key must be defined.",
    "type": "boolean",
    "default": false
   },
   "path": {
    "description": "The path within the volume from which to select the file.",
    "type": "string"
   },
   "volumeName": {
    "description": "The name of the volume mount containing the env file.",
    "type": "string"
   }
  },
  "required": [
   "volumeName",
   "path",
   "key"
  ],
  "x-kubernetes-map-type": "atomic"
 },
 "FlexVolumeSource": {
  "description": "FlexVolume represents a generic volume resource that is provisioned/attached using an exec based plugin.",
  "type": "object",
  "properties": {
   "driver": {
    "description": "driver is the name of the driver to use for this volume.",
    "type": "string"
   },
   "fsType": {
    "description": "fsType is the filesystem type to mount.",
    "type": "string"
   },
   "options": {
    "description": "options is Optional: this field holds extra command options if any.",
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   },
   "readOnly": {
    "description": "readOnly is Optional: defaults to false (read/write).",
    "type": "boolean"
   },
   "secretRef": {
    "description": "secretRef is Optional: secretRef is reference to the secret object containing sensitive information to pass to the plugin scripts.",
    "$ref": "LocalObjectReference"
   }
  },
  "required": [
   "driver"
  ]
 },
 "FlockerVolumeSource": {
  "description": "Represents a Flocker volume mounted by the Flocker agent.",
  "type": "object",
  "properties": {
   "datasetName": {
    "description": "datasetName is Name of the dataset stored as metadata -> name on the dataset for Flocker should be considered as deprecated",
    "type": "string"
   },
   "datasetUUID": {
    "description": "datasetUUID is the UUID of the dataset.",
    "type": "string"
   }
  }
 },
 "GCEPersistentDiskVolumeSource": {
  "description": "Represents a Persistent Disk resource in Google Compute Engine.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is filesystem type of the volume that you want to mount.",
    "type": "string"
   },
   "partition": {
    "description": "partition is the partition in the volume that you want to mount.",
    "type": "integer",
    "format": "int32"
   },
   "pdName": {
    "description": "pdName is unique name of the PD resource in GCE.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly here will force the ReadOnly setting in VolumeMounts.",
    "type": "boolean"
   }
  },
  "required": [
   "pdName"
  ]
 },
 "GRPCAction": {
  "description": "GRPCAction specifies an action involving a GRPC service.",
  "type": "object",
  "properties": {
   "port": {
    "description": "Port number of the gRPC service.",
    "type": "integer",
    "format": "int32"
   },
   "service": {
    "description": "Service is the name of the service to place in the gRPC HealthCheckRequest (see https://github.com/grpc/grpc/blob/master/doc/health-checking.md).",
    "type": "string",
    "default": ""
   }
  },
  "required": [
   "port"
  ]
 },
 "GitRepoVolumeSource": {
  "description": "Represents a volume that is populated with the contents of a git repository.",
  "type": "object",
  "properties": {
   "directory": {
    "description": "directory is the target directory name.",
    "type": "string"
   },
   "repository": {
    "description": "repository is the URL",
    "type": "string"
   },
   "revision": {
    "description": "revision is the commit hash for the specified revision.",
    "type": "string"
   }
  },
  "required": [
   "repository"
  ]
 },
 "GlusterfsVolumeSource": {
  "description": "Represents a Glusterfs mount that lasts the lifetime of a pod.",
  "type": "object",
  "properties": {
   "endpoints": {
    "description": "endpoints is the endpoint name that details Glusterfs topology.",
    "type": "string"
   },
   "path": {
    "description": "path is the Glusterfs volume path.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly here will force the Glusterfs volume to be mounted with read-only permissions.",
    "type": "boolean"
   }
  },
  "required": [
   "endpoints",
   "path"
  ]
 },
 "HTTPGetAction": {
  "description": "HTTPGetAction describes an action based on HTTP Get requests.",
  "type": "object",
  "properties": {
   "host": {
    "description": "Host name to connect to, defaults to the pod IP.",
    "type": "string"
   },
   "httpHeaders": {
    "description": "Custom headers to set in the request.",
    "type": "array",
    "items": {
     "$ref": "HTTPHeader"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "path": {
    "description": "Path to access on the HTTP server.",
    "type": "string"
   },
   "port": {
    "description": "Name or number of the port to access on the container.",
    "$ref": "IntOrString"
   },
   "scheme": {
    "description": "Scheme to use for connecting to the host.",
    "type": "string"
   }
  },
  "required": [
   "port"
  ]
 },
 "HTTPHeader": {
  "description": "HTTPHeader describes a custom header to be used in HTTP probes",
  "type": "object",
  "properties": {
   "name": {
    "description": "The header field name.",
    "type": "string"
   },
   "value": {
    "description": "The header field value",
    "type": "string"
   }
  },
  "required": [
   "name",
   "value"
  ]
 },
 "HostAlias": {
  "description": "HostAlias holds the mapping between IP and hostnames that will be injected as an entry in the pod's hosts file.",
  "type": "object",
  "properties": {
   "hostnames": {
    "description": "Hostnames for the above IP address.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "ip": {
    "description": "IP address of the host file entry.",
    "type": "string"
   }
  },
  "required": [
   "ip"
  ]
 },
 "HostPathVolumeSource": {
  "description": "Represents a host path mapped into a pod.",
  "type": "object",
  "properties": {
   "path": {
    "description": "path of the directory on the host.",
    "type": "string"
   },
   "type": {
    "description": "type for HostPath Volume Defaults to \"\" More info: https://kubernetes.io/docs/concepts/storage/volumes#hostpath",
    "type": "string"
   }
  },
  "required": [
   "path"
  ]
 },
 "ISCSIVolumeSource": {
  "description": "Represents an ISCSI disk.",
  "type": "object",
  "properties": {
   "chapAuthDiscovery": {
    "description": "chapAuthDiscovery defines whether support iSCSI Discovery CHAP authentication",
    "type": "boolean"
   },
   "chapAuthSession": {
    "description": "chapAuthSession defines whether support iSCSI Session CHAP authentication",
    "type": "boolean"
   },
   "fsType": {
    "description": "fsType is the filesystem type of the volume that you want to mount.",
    "type": "string"
   },
   "initiatorName": {
    "description": "initiatorName is the custom iSCSI Initiator Name.",
    "type": "string"
   },
   "iqn": {
    "description": "iqn is the target iSCSI Qualified Name.",
    "type": "string"
   },
   "iscsiInterface": {
    "description": "iscsiInterface is the interface Name that uses an iSCSI transport.",
    "type": "string",
    "default": "default"
   },
   "lun": {
    "description": "lun represents iSCSI Target Lun number.",
    "type": "integer",
    "format": "int32"
   },
   "portals": {
    "description": "portals is the iSCSI Target Portal List.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "readOnly": {
    "description": "readOnly here will force the ReadOnly setting in VolumeMounts.",
    "type": "boolean"
   },
   "secretRef": {
    "description": "secretRef is the CHAP Secret for iSCSI target and initiator authentication",
    "$ref": "LocalObjectReference"
   },
   "targetPortal": {
    "description": "targetPortal is iSCSI Target Portal.",
    "type": "string"
   }
  },
  "required": [
   "targetPortal",
   "iqn",
   "lun"
  ]
 },
 "ImageVolumeSource": {
  "description": "ImageVolumeSource represents a image volume resource.",
  "type": "object",
  "properties": {
   "pullPolicy": {
    "description": "Policy for pulling OCI objects.",
    "type": "string"
   },
   "reference": {
    "description": "Required: Image or artifact reference to be used.",
    "type": "string"
   }
  }
 },
 "IntOrString": {
  "description": "A number, or a name or percentage.",
  "anyOf": [
   {
    "type": "integer"
   },
   {
    "type": "string"
   }
  ],
  "x-kubernetes-int-or-string": true
 },
 "KeyToPath": {
  "description": "Maps a string key to a path within a volume.",
  "type": "object",
  "properties": {
   "key": {
    "description": "key is the key to project.",
    "type": "string"
   },
   "mode": {
    "description": "mode is Optional: mode bits used to set permissions on this file.",
    "type": "integer",
    "format": "int32"
   },
   "path": {
    "description": "path is the relative path of the file to map the key to.",
    "type": "string"
   }
  },
  "required": [
   "key",
   "path"
  ]
 },
 "LabelSelector": {
  "description": "A label selector is a label query over a set of resources.",
  "type": "object",
  "properties": {
   "matchExpressions": {
    "description": "matchExpressions is a list of label selector requirements.",
    "type": "array",
    "items": {
     "$ref": "LabelSelectorRequirement"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "matchLabels": {
    "description": "matchLabels is a map of {key,value} pairs.",
    "type": "object",
    "additionalProperties": {
     "type": "string"
    }
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "LabelSelectorRequirement": {
  "description": "A label selector requirement is a selector that contains values, a key, and an operator that relates the key and values.",
  "type": "object",
  "properties": {
   "key": {
    "description": "key is the label key that the selector applies to.",
    "type": "string"
   },
   "operator": {
    "description": "operator represents a key's relationship to a set of values.",
    "type": "string"
   },
   "values": {
    "description": "values is an array of string values.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   }
  },
  "required": [
   "key",
   "operator"
  ]
 },
 "Lifecycle": {
  "description": "Lifecycle describes actions that the management system should take in response to container lifecycle events.",
  "type": "object",
  "properties": {
   "postStart": {
    "description": "PostStart is called immediately after a container is created.",
    "$ref": "LifecycleHandler"
   },
   "preStop": {
    "description": "PreStop is called immediately before a container is terminated due to an API request or management event such as liveness/startup probe failure, preemption, resource contention, etc.",
    "$ref": "LifecycleHandler"
   },
   "stopSignal": {
    "description": "StopSignal defines which signal will be sent to a container when it is being stopped.",
    "type": "string"
   }
  }
 },
 "LifecycleHandler": {
  "description": "LifecycleHandler defines a specific action that should be taken in a lifecycle hook.",
  "type": "object",
  "properties": {
   "exec": {
    "description": "Exec specifies a command to execute in the container.",
    "$ref": "ExecAction"
   },
   "httpGet": {
    "description": "HTTPGet specifies an HTTP GET request to perform.",
    "$ref": "HTTPGetAction"
   },
   "sleep": {
    "description": "Sleep represents a duration that the container should sleep.",
    "$ref": "SleepAction"
   },
   "tcpSocket": {
    "description": "Deprecated.",
    "$ref": "TCPSocketAction"
   }
  }
 },
 "LocalObjectReference": {
  "description": "LocalObjectReference contains enough information to let you locate the referenced object inside the same namespace.",
  "type": "object",
  "properties": {
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "NFSVolumeSource": {
  "description": "Represents an NFS mount that lasts the lifetime of a pod.",
  "type": "object",
  "properties": {
   "path": {
    "description": "path that is exported by the NFS server.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly here will force the NFS export to be mounted with read-only permissions.",
    "type": "boolean"
   },
   "server": {
    "description": "server is the hostname or IP address of the NFS server.",
    "type": "string"
   }
  },
  "required": [
   "server",
   "path"
  ]
 },
 "NodeAffinity": {
  "description": "Node affinity is a group of node affinity scheduling rules.",
  "type": "object",
  "properties": {
   "preferredDuringSchedulingIgnoredDuringExecution": {
    "description": "The scheduler will prefer to schedule pods to nodes that satisfy the affinity expressions specified by this field, but it may choose a node that violates one or more of the expressions.",
    "type": "array",
    "items": {
     "$ref": "PreferredSchedulingTerm"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "requiredDuringSchedulingIgnoredDuringExecution": {
    "description": "If the affinity requirements specified by this field are not met at scheduling time, the pod will not be scheduled onto the node.",
    "$ref": "NodeSelector"
   }
  }
 },
 "NodeSelector": {
  "description": "A node selector represents the union of the results of one or more label queries over a set of nodes; that is, it represents the OR of the selectors represented by the node selector terms.",
  "type": "object",
  "properties": {
   "nodeSelectorTerms": {
    "description": "Required.",
    "type": "array",
    "items": {
     "$ref": "NodeSelectorTerm"
    },
    "x-kubernetes-list-type": "atomic"
   }
  },
  "required": [
   "nodeSelectorTerms"
  ],
  "x-kubernetes-map-type": "atomic"
 },
 "NodeSelectorRequirement": {
  "description": "A node selector requirement is a selector that contains values, a key, and an operator that relates the key and values.",
  "type": "object",
  "properties": {
   "key": {
    "description": "The label key that the selector applies to.",
    "type": "string"
   },
   "operator": {
    "description": "Represents a key's relationship to a set of values.",
    "type": "string"
   },
   "values": {
    "description": "An array of string values.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   }
  },
  "required": [
   "key",
   "operator"
  ]
 },
 "NodeSelectorTerm": {
  "description": "A null or empty node selector term matches no objects.",
  "type": "object",
  "properties": {
   "matchExpressions": {
    "description": "A list of node selector requirements by node's labels.",
    "type": "array",
    "items": {
     "$ref": "NodeSelectorRequirement"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "matchFields": {
    "description": "A list of node selector requirements by node's fields.",
    "type": "array",
    "items": {
     "$ref": "NodeSelectorRequirement"
    },
    "x-kubernetes-list-type": "atomic"
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "ObjectFieldSelector": {
  "description": "ObjectFieldSelector selects an APIVersioned field of an object.",
  "type": "object",
  "properties": {
   "apiVersion": {
    "description": "Version of the schema the FieldPath is written in terms of, defaults to \"v1\".",
    "type": "string"
   },
   "fieldPath": {
    "description": "Path of the field to select in the specified API version.",
    "type": "string"
   }
  },
  "required": [
   "fieldPath"
  ],
  "x-kubernetes-map-type": "atomic"
 },
 "PersistentVolumeClaimSpec": {
  "description": "PersistentVolumeClaimSpec describes the common attributes of storage devices and allows a Source for provider-specific attributes",
  "type": "object",
  "properties": {
   "accessModes": {
    "description": "accessModes contains the desired access modes the volume should have.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "dataSource": {
    "description": "dataSource field can be used to specify either: * An existing VolumeSnapshot object (snapshot.storage.k8s.io/VolumeSnapshot) * An existing PVC (PersistentVolumeClaim) If the provisioner or an external controller can support the specified data source, it will create a new volume based on the contents of the specified data source.",
    "$ref": "TypedLocalObjectReference"
   },
   "dataSourceRef": {
    "description": "dataSourceRef specifies the object from which to populate the volume with data, if a non-empty volume is desired.",
    "$ref": "TypedObjectReference"
   },
   "resources": {
    "description": "resources represents the minimum resources the volume should have.",
    "$ref": "VolumeResourceRequirements"
   },
   "selector": {
    "description": "selector is a label query over volumes to consider for binding.",
    "$ref": "LabelSelector"
   },
   "storageClassName": {
    "description": "storageClassName is the name of the StorageClass required by the claim.",
    "type": "string"
   },
   "volumeAttributesClassName": {
    "description": "volumeAttributesClassName may be used to set the VolumeAttributesClass used by this claim.",
    "type": "string"
   },
   "volumeMode": {
    "description": "volumeMode defines what type of volume is required by the claim.",
    "type": "string"
   },
   "volumeName": {
    "description": "volumeName is the binding reference to the PersistentVolume backing this claim.",
    "type": "string"
   }
  }
 },
 "PersistentVolumeClaimTemplate": {
  "description": "PersistentVolumeClaimTemplate is used to produce PersistentVolumeClaim objects as part of an EphemeralVolumeSource.",
  "type": "object",
  "properties": {
   "metadata": {
    "description": "May contain labels and annotations that will be copied into the PVC when creating it.",
    "$ref": "EmbeddedObjectMeta"
   },
   "spec": {
    "description": "The specification for the PersistentVolumeClaim.",
    "$ref": "PersistentVolumeClaimSpec"
   }
  },
  "required": [
   "spec"
  ]
 },
 "PersistentVolumeClaimVolumeSource": {
  "description": "PersistentVolumeClaimVolumeSource references the user's PVC in the same namespace.",
  "type": "object",
  "properties": {
   "claimName": {
    "description": "claimName is the name of a PersistentVolumeClaim in the same namespace as the pod using this volume.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly Will force the ReadOnly setting in VolumeMounts.",
    "type": "boolean"
   }
  },
  "required": [
   "claimName"
  ]
 },
 "PhotonPersistentDiskVolumeSource": {
  "description": "Represents a Photon Controller persistent disk resource.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is the filesystem type to mount.",
    "type": "string"
   },
   "pdID": {
    "description": "pdID is the ID that identifies Photon Controller persistent disk",
    "type": "string"
   }
  },
  "required": [
   "pdID"
  ]
 },
 "PodAffinity": {
  "description": "Pod affinity is a group of inter pod affinity scheduling rules.",
  "type": "object",
  "properties": {
   "preferredDuringSchedulingIgnoredDuringExecution": {
    "description": "The scheduler will prefer to schedule pods to nodes that satisfy the affinity expressions specified by this field, but it may choose a node that violates one or more of the expressions.",
    "type": "array",
    "items": {
     "$ref": "WeightedPodAffinityTerm"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "requiredDuringSchedulingIgnoredDuringExecution": {
    "description": "If the affinity requirements specified by this field are not met at scheduling time, the pod will not be scheduled onto the node.",
    "type": "array",
    "items": {
     "$ref": "PodAffinityTerm"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "PodAffinityTerm": {
  "description": "Defines a set of pods (namely those matching the labelSelector relative to the given namespace(s)) that this pod should be co-located (affinity) or not co-located (anti-affinity) with, where co-located is defined as running on a node whose value of the label with key <topologyKey> matches that of any node on which a pod of the set of pods is running",
  "type": "object",
  "properties": {
   "labelSelector": {
    "description": "A label query over a set of resources, in this case pods.",
    "$ref": "LabelSelector"
   },
   "matchLabelKeys": {
    "description": "MatchLabelKeys is a set of pod label keys to select which pods will be taken into consideration.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "mismatchLabelKeys": {
    "description": "MismatchLabelKeys is a set of pod label keys to select which pods will be taken into consideration.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "namespaceSelector": {
    "description": "A label query over the set of namespaces that the term applies to.",
    "$ref": "LabelSelector"
   },
   "namespaces": {
    "description": "namespaces specifies a static list of namespace names that the term applies to.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "topologyKey": {
    "description": "This pod should be co-located (affinity) or not co-located (anti-affinity) with the pods matching the labelSelector in the specified namespaces, where co-located is defined as running on a node whose value of the label with key topologyKey matches that of any node on which any of the selected pods is running.",
    "type": "string"
   }
  },
  "required": [
   "topologyKey"
  ]
 },
 "PodAntiAffinity": {
  "description": "Pod anti affinity is a group of inter pod anti affinity scheduling rules.",
  "type": "object",
  "properties": {
   "preferredDuringSchedulingIgnoredDuringExecution": {
    "description": "The scheduler will prefer to schedule pods to nodes that satisfy the anti-affinity expressions specified by this field, but it may choose a node that violates one or more of the expressions.",
    "type": "array",
    "items": {
     "$ref": "WeightedPodAffinityTerm"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "requiredDuringSchedulingIgnoredDuringExecution": {
    "description": "If the anti-affinity requirements specified by this field are not met at scheduling time, the pod will not be scheduled onto the node.",
    "type": "array",
    "items": {
     "$ref": "PodAffinityTerm"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "PodCertificateProjection": {
  "description": "PodCertificateProjection provides a private key and X.509 certificate in the pod filesystem.",
  "type": "object",
  "properties": {
   "certificateChainPath": {
    "description": "Write the certificate chain at this path in the projected volume.",
    "type": "string"
   },
   "credentialBundlePath": {
    "description": "Write the credential bundle at this path in the projected volume.",
    "type": "string"
   },
   "keyPath": {
    "description": "Write the key at this path in the projected volume.",
    "type": "string"
   },
   "keyType": {
    "description": "The type of keypair Kubelet will generate for the pod.",
    "type": "string"
   },
   "maxExpirationSeconds": {
    "description": "maxExpirationSeconds is the maximum lifetime permitted for the certificate.",
    "type": "integer",
    "format": "int32"
   },
   "signerName": {
    "description": "Kubelet's generated CSRs will be addressed to this signer.",
    "type": "string"
   }
  },
  "required": [
   "signerName",
   "keyType"
  ]
 },
 "PodDNSConfig": {
  "description": "PodDNSConfig defines the DNS parameters of a pod in addition to those generated from DNSPolicy.",
  "type": "object",
  "properties": {
   "nameservers": {
    "description": "A list of DNS name server IP addresses.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "options": {
    "description": "A list of DNS resolver options.",
    "type": "array",
    "items": {
     "$ref": "PodDNSConfigOption"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "searches": {
    "description": "A list of DNS search domains for host-name lookup.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "PodDNSConfigOption": {
  "description": "PodDNSConfigOption defines DNS resolver options of a pod.",
  "type": "object",
  "properties": {
   "name": {
    "description": "Name is this DNS resolver option's name.",
    "type": "string"
   },
   "value": {
    "description": "Value is this DNS resolver option's value.",
    "type": "string"
   }
  }
 },
 "PodSecurityContext": {
  "description": "PodSecurityContext holds pod-level security attributes and common container settings.",
  "type": "object",
  "properties": {
   "appArmorProfile": {
    "description": "appArmorProfile is the AppArmor options to use by the containers in this pod.",
    "$ref": "AppArmorProfile"
   },
   "fsGroup": {
    "description": "A special supplemental group that applies to all containers in a pod.",
    "type": "integer",
    "format": "int64"
   },
   "fsGroupChangePolicy": {
    "description": "fsGroupChangePolicy defines behavior of changing ownership and permission of the volume before being exposed inside Pod.",
    "type": "string"
   },
   "runAsGroup": {
    "description": "The GID to run the entrypoint of the container process.",
    "type": "integer",
    "format": "int64"
   },
   "runAsNonRoot": {
    "description": "Indicates that the container must run as a non-root user.",
    "type": "boolean"
   },
   "runAsUser": {
    "description": "The UID to run the entrypoint of the container process.",
    "type": "integer",
    "format": "int64"
   },
   "seLinuxChangePolicy": {
    "description": "seLinuxChangePolicy defines how the container's SELinux label is applied to all volumes used by the Pod.",
    "type": "string"
   },
   "seLinuxOptions": {
    "description": "The SELinux context to be applied to all containers.",
    "$ref": "SELinuxOptions"
   },
   "seccompProfile": {
    "description": "The seccomp options to use by the containers in this pod.",
    "$ref": "SeccompProfile"
   },
   "supplementalGroups": {
    "description": "A list of groups applied to the first process run in each container, in addition to the container's primary GID and fsGroup (if specified).",
    "type": "array",
    "items": {
     "type": "integer",
     "format": "int64"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "supplementalGroupsPolicy": {
    "description": "Defines how supplemental groups of the first container processes are calculated.",
    "type": "string"
   },
   "sysctls": {
    "description": "Sysctls hold a list of namespaced sysctls used for the pod.",
    "type": "array",
    "items": {
     "$ref": "Sysctl"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "windowsOptions": {
    "description": "The Windows specific settings applied to all containers.",
    "$ref": "WindowsSecurityContextOptions"
   }
  }
 },
 "PortworxVolumeSource": {
  "description": "PortworxVolumeSource represents a Portworx volume resource.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fSType represents the filesystem type to mount Must be a filesystem type supported by the host operating system.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly defaults to false (read/write).",
    "type": "boolean"
   },
   "volumeID": {
    "description": "volumeID uniquely identifies a Portworx volume",
    "type": "string"
   }
  },
  "required": [
   "volumeID"
  ]
 },
 "PreferredSchedulingTerm": {
  "description": "An empty preferred scheduling term matches all objects with implicit weight 0 (i.e. it's a no-op).",
  "type": "object",
  "properties": {
   "preference": {
    "description": "A node selector term, associated with the corresponding weight.",
    "$ref": "NodeSelectorTerm"
   },
   "weight": {
    "description": "Weight associated with matching the corresponding nodeSelectorTerm, in the range 1-100.",
    "type": "integer",
    "format": "int32"
   }
  },
  "required": [
   "weight",
   "preference"
  ]
 },
 "Probe": {
  "description": "Probe describes a health check to be performed against a container to determine whether it is alive or ready to receive traffic.",
  "type": "object",
  "properties": {
   "exec": {
    "description": "Exec specifies a command to execute in the container.",
    "$ref": "ExecAction"
   },
   "failureThreshold": {
    "description": "Minimum consecutive failures for the probe to be considered failed after having succeeded.",
    "type": "integer",
    "format": "int32"
   },
   "grpc": {
    "description": "GRPC specifies a GRPC HealthCheckRequest.",
    "$ref": "GRPCAction"
   },
   "httpGet": {
    "description": "HTTPGet specifies an HTTP GET request to perform.",
    "$ref": "HTTPGetAction"
   },
   "initialDelaySeconds": {
    "description": "Number of seconds after the container has started before liveness probes are initiated.",
    "type": "integer",
    "format": "int32"
   },
   "periodSeconds": {
    "description": "How often (in seconds) to perform the probe.",
    "type": "integer",
    "format": "int32"
   },
   "successThreshold": {
    "description": "Minimum consecutive successes for the probe to be considered successful after having failed.",
    "type": "integer",
    "format": "int32"
   },
   "tcpSocket": {
    "description": "TCPSocket specifies a connection to a TCP port.",
    "$ref": "TCPSocketAction"
   },
   "terminationGracePeriodSeconds": {
    "description": "Optional duration in seconds the pod needs to terminate gracefully upon probe failure.",
    "type": "integer",
    "format": "int64"
   },
   "timeoutSeconds": {
    "description": "Number of seconds after which the probe times out.",
    "type": "integer",
    "format": "int32"
   }
  }
 },
 "ProjectedVolumeSource": {
  "description": "Represents a projected volume source",
  "type": "object",
  "properties": {
   "defaultMode": {
    "description": "defaultMode are the mode bits used to set permissions on created files by default.",
    "type": "integer",
    "format": "int32"
   },
   "sources": {
    "description": "sources is the list of volume projections.",
    "type": "array",
    "items": {
     "$ref": "VolumeProjection"
    },
    "x-kubernetes-list-type": "atomic"
   }
  }
 },
 "Quantity": {
  "description": "An amount such as 500m, 2 or 1Gi.",
  "anyOf": [
   {
    "type": "integer"
   },
   {
    "type": "string"
   }
  ],
  "x-kubernetes-int-or-string": true,
  "pattern": "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$"
 },
 "QuobyteVolumeSource": {
  "description": "Represents a Quobyte mount that lasts the lifetime of a pod.",
  "type": "object",
  "properties": {
   "group": {
    "description": "group to map volume access to Default is no group",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly here will force the Quobyte volume to be mounted with read-only permissions.",
    "type": "boolean"
   },
   "registry": {
    "description": "registry represents a single or multiple Quobyte Registry services specified as a string as host:port pair (multiple entries are separated with commas) which acts as the central registry for volumes",
    "type": "string"
   },
   "tenant": {
    "description": "tenant owning the given Quobyte volume in the Backend Used with dynamically provisioned Quobyte volumes, value is set by the plugin",
    "type": "string"
   },
   "user": {
    "description": "user to map volume access to Defaults to serivceaccount user",
    "type": "string"
   },
   "volume": {
    "description": "volume is a string that references an already created Quobyte volume by name.",
    "type": "string"
   }
  },
  "required": [
   "registry",
   "volume"
  ]
 },
 "RBDVolumeSource": {
  "description": "Represents a Rados Block Device mount that lasts the lifetime of a pod.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is the filesystem type of the volume that you want to mount.",
    "type": "string"
   },
   "image": {
    "description": "image is the rados image name.",
    "type": "string"
   },
   "keyring": {
    "description": "keyring is the path to key ring for RBDUser.",
    "type": "string",
    "default": "/etc/ceph/keyring"
   },
   "monitors": {
    "description": "monitors is a collection of Ceph monitors.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "pool": {
    "description": "pool is the rados pool name.",
    "type": "string",
    "default": "rbd"
   },
   "readOnly": {
    "description": "readOnly here will force the ReadOnly setting in VolumeMounts.",
    "type": "boolean"
   },
   "secretRef": {
    "description": "secretRef is name of the authentication secret for RBDUser.",
    "$ref": "LocalObjectReference"
   },
   "user": {
    "description": "user is the rados user name.",
    "type": "string",
    "default": "admin"
   }
  },
  "required": [
   "monitors",
   "image"
  ]
 },
 "ResourceClaim": {
  "description": "ResourceClaim references one entry in PodSpec.ResourceClaims.",
  "type": "object",
  "properties": {
   "name": {
    "description": "Name must match the name of one entry in pod.spec.resourceClaims of the Pod where this field is used.",
    "type": "string"
   },
   "request": {
    "description": "Request is the name chosen for a request in the referenced claim.",
    "type": "string"
   }
  },
  "required": [
   "name"
  ]
 },
 "ResourceFieldSelector": {
  "description": "ResourceFieldSelector represents container resources (cpu, memory) and their output format",
  "type": "object",
  "properties": {
   "containerName": {
    "description": "Container name: required for volumes, optional for env vars",
    "type": "string"
   },
   "divisor": {
    "description": "Specifies the output format of the exposed resources, defaults to \"1\"",
    "$ref": "Quantity"
   },
   "resource": {
    "description": "Required: resource to select",
    "type": "string"
   }
  },
  "required": [
   "resource"
  ],
  "x-kubernetes-map-type": "atomic"
 },
 "ResourceRequirements": {
  "description": "ResourceRequirements describes the compute resource requirements.",
  "type": "object",
  "properties": {
   "claims": {
    "description": "Claims lists the names of resources, defined in spec.resourceClaims, that are used by this container.",
    "type": "array",
    "items": {
     "$ref": "ResourceClaim"
    },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": [
     "name"
    ]
   },
   "limits": {
    "description": "Limits describes the maximum amount of compute resources allowed.",
    "type": "object",
    "additionalProperties": {
     "$ref": "Quantity"
    }
   },
   "requests": {
    "description": "Requests describes the minimum amount of compute resources required.",
    "type": "object",
    "additionalProperties": {
     "$ref": "Quantity"
    }
   }
  }
 },
 "SELinuxOptions": {
  "description": "SELinuxOptions are the labels to be applied to the container",
  "type": "object",
  "properties": {
   "level": {
    "description": "Level is SELinux level label that applies to the container.",
    "type": "string"
   },
   "role": {
    "description": "Role is a SELinux role label that applies to the container.",
    "type": "string"
   },
   "type": {
    "description": "Type is a SELinux type label that applies to the container.",
    "type": "string"
   },
   "user": {
    "description": "User is a SELinux user label that applies to the container.",
    "type": "string"
   }
  }
 },
 "ScaleIOVolumeSource": {
  "description": "ScaleIOVolumeSource represents a persistent ScaleIO volume",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is the filesystem type to mount.",
    "type": "string",
    "default": "xfs"
   },
   "gateway": {
    "description": "gateway is the host address of the ScaleIO API Gateway.",
    "type": "string"
   },
   "protectionDomain": {
    "description": "protectionDomain is the name of the ScaleIO Protection Domain for the configured storage.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly Defaults to false (read/write).",
    "type": "boolean"
   },
   "secretRef": {
    "description": "secretRef references to the secret for ScaleIO user and other sensitive information.",
    "$ref": "LocalObjectReference"
   },
   "sslEnabled": {
    "description": "sslEnabled Flag enable/disable SSL communication with Gateway, default false",
    "type": "boolean"
   },
   "storageMode": {
    "description": "storageMode indicates whether the storage for a volume should be ThickProvisioned or ThinProvisioned.",
    "type": "string",
    "default": "ThinProvisioned"
   },
   "storagePool": {
    "description": "storagePool is the ScaleIO Storage Pool associated with the protection domain.",
    "type": "string"
   },
   "system": {
    "description": "system is the name of the storage system as configured in ScaleIO.",
    "type": "string"
   },
   "volumeName": {
    "description": "volumeName is the name of a volume already created in the ScaleIO system that is associated with this volume source.",
    "type": "string"
   }
  },
  "required": [
   "gateway",
   "system",
   "secretRef"
  ]
 },
 "SeccompProfile": {
  "description": "SeccompProfile defines a pod/container's seccomp profile settings.",
  "type": "object",
  "properties": {
   "localhostProfile": {
    "description": "localhostProfile indicates a profile defined in a file on the node should be used.",
    "type": "string"
   },
   "type": {
    "description": "type indicates which kind of seccomp profile will be applied.",
    "type": "string"
   }
  },
  "required": [
   "type"
  ]
 },
 "SecretEnvSource": {
  "description": "SecretEnvSource selects a Secret to populate the environment variables with.",
  "type": "object",
  "properties": {
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   },
   "optional": {
    "description": "Specify whether the Secret must be defined",
    "type": "boolean"
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "SecretKeySelector": {
  "description": "SecretKeySelector selects a key of a Secret.",
  "type": "object",
  "properties": {
   "key": {
    "description": "The key of the secret to select from.",
    "type": "string"
   },
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   },
   "optional": {
    "description": "Specify whether the Secret or its key must be defined",
    "type": "boolean"
   }
  },
  "required": [
   "key"
  ],
  "x-kubernetes-map-type": "atomic"
 },
 "SecretProjection": {
  "description": "Adapts a secret into a projected volume.",
  "type": "object",
  "properties": {
   "items": {
    "description": "items if unspecified, each key-value pair in the Data field of the referenced Secret will be projected into the volume as a file whose name is the key and content is the value.",
    "type": "array",
    "items": {
     "$ref": "KeyToPath"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "name": {
    "description": "Name of the referent.",
    "type": "string",
    "default": ""
   },
   "optional": {
    "description": "optional field specify whether the Secret or its key must be defined",
    "type": "boolean"
   }
  },
  "x-kubernetes-map-type": "atomic"
 },
 "SecretVolumeSource": {
  "description": "Adapts a Secret into a volume.",
  "type": "object",
  "properties": {
   "defaultMode": {
    "description": "defaultMode is Optional: mode bits used to set permissions on created files by default.",
    "type": "integer",
    "format": "int32"
   },
   "items": {
    "description": "items If unspecified, each key-value pair in the Data field of the referenced Secret will be projected into the volume as a file whose name is the key and content is the value.",
    "type": "array",
    "items": {
     "$ref": "KeyToPath"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "optional": {
    "description": "optional field specify whether the Secret or its keys must be defined",
    "type": "boolean"
   },
   "secretName": {
    "description": "secretName is the name of the secret in the pod's namespace to use.",
    "type": "string"
   }
  }
 },
 "SecurityContext": {
  "description": "SecurityContext holds security configuration that will be applied to a container.",
  "type": "object",
  "properties": {
   "allowPrivilegeEscalation": {
    "description": "AllowPrivilegeEscalation controls whether a process can gain more privileges than its parent process.",
    "type": "boolean"
   },
   "appArmorProfile": {
    "description": "appArmorProfile is the AppArmor options to use by this container.",
    "$ref": "AppArmorProfile"
   },
   "capabilities": {
    "description": "The capabilities to add/drop when running containers.",
    "$ref": "Capabilities"
   },
   "privileged": {
    "description": "Run container in privileged mode.",
    "type": "boolean"
   },
   "procMount": {
    "description": "procMount denotes the type of proc mount to use for the containers.",
    "type": "string"
   },
   "readOnlyRootFilesystem": {
    "description": "Whether this container has a read-only root filesystem.",
    "type": "boolean"
   },
   "runAsGroup": {
    "description": "The GID to run the entrypoint of the container process.",
    "type": "integer",
    "format": "int64"
   },
   "runAsNonRoot": {
    "description": "Indicates that the container must run as a non-root user.",
    "type": "boolean"
   },
   "runAsUser": {
    "description": "The UID to run the entrypoint of the container process.",
    "type": "integer",
    "format": "int64"
   },
   "seLinuxOptions": {
    "description": "The SELinux context to be applied to the container.",
    "$ref": "SELinuxOptions"
   },
   "seccompProfile": {
    "description": "The seccomp options to use by this container.",
    "$ref": "SeccompProfile"
   },
   "windowsOptions": {
    "description": "The Windows specific settings applied to all containers.",
    "$ref": "WindowsSecurityContextOptions"
   }
  }
 },
 "ServiceAccountTokenProjection": {
  "description": "ServiceAccountTokenProjection represents a projected service account token volume.",
  "type": "object",
  "properties": {
   "audience": {
    "description": "audience is the intended audience of the token.",
    "type": "string"
   },
   "expirationSeconds": {
    "description": "expirationSeconds is the requested duration of validity of the service account token.",
    "type": "integer",
    "format": "int64"
   },
   "path": {
    "description": "path is the path relative to the mount point of the file to project the token into.",
    "type": "string"
   }
  },
  "required": [
   "path"
  ]
 },
 "SleepAction": {
  "description": "SleepAction describes a \"sleep\" action.",
  "type": "object",
  "properties": {
   "seconds": {
    "description": "Seconds is the number of seconds to sleep.",
    "type": "integer",
    "format": "int64"
   }
  },
  "required": [
   "seconds"
  ]
 },
 "StorageOSVolumeSource": {
  "description": "Represents a StorageOS persistent volume resource.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is the filesystem type to mount.",
    "type": "string"
   },
   "readOnly": {
    "description": "readOnly defaults to false (read/write).",
    "type": "boolean"
   },
   "secretRef": {
    "description": "secretRef specifies the secret to use for obtaining the StorageOS API credentials.",
    "$ref": "LocalObjectReference"
   },
   "volumeName": {
    "description": "volumeName is the human-readable name of the StorageOS volume.",
    "type": "string"
   },
   "volumeNamespace": {
    "description": "volumeNamespace specifies the scope of the volume within StorageOS.",
    "type": "string"
   }
  }
 },
 "Sysctl": {
  "description": "Sysctl defines a kernel parameter to be set",
  "type": "object",
  "properties": {
   "name": {
    "description": "Name of a property to set",
    "type": "string"
   },
   "value": {
    "description": "Value of a property to set",
    "type": "string"
   }
  },
  "required": [
   "name",
   "value"
  ]
 },
 "TCPSocketAction": {
  "description": "TCPSocketAction describes an action based on opening a socket",
  "type": "object",
  "properties": {
   "host": {
    "description": "Optional: Host name to connect to, defaults to the pod IP.",
    "type": "string"
   },
   "port": {
    "description": "Number or name of the port to access on the container.",
    "$ref": "IntOrString"
   }
  },
  "required": [
   "port"
  ]
 },
 "Time": {
  "description": "Time is a wrapper around time.Time which supports correct marshaling to YAML and JSON.",
  "type": "string",
  "format": "date-time"
 },
 "Toleration": {
  "description": "The pod this Toleration is attached to tolerates any taint that matches the triple <key,value,effect> using the matching operator <operator>.",
  "type": "object",
  "properties": {
   "effect": {
    "description": "Effect indicates the taint effect to match.",
    "type": "string"
   },
   "key": {
    "description": "Key is the taint key that the toleration applies to.",
    "type": "string"
   },
   "operator": {
    "description": "Operator represents a key's relationship to the value.",
    "type": "string"
   },
   "tolerationSeconds": {
    "description": "TolerationSeconds represents the period of time the toleration (which must be of effect NoExecute, otherwise this field is ignored) tolerates the taint.",
    "type": "integer",
    "format": "int64"
   },
   "value": {
    "description": "Value is the taint value the toleration matches to.",
    "type": "string"
   }
  }
 },
 "TopologySpreadConstraint": {
  "description": "TopologySpreadConstraint specifies how to spread matching pods among the given topology.",
  "type": "object",
  "properties": {
   "labelSelector": {
    "description": "LabelSelector is used to find matching pods.",
    "$ref": "LabelSelector"
   },
   "matchLabelKeys": {
    "description": "MatchLabelKeys is a set of pod label keys to select the pods over which spreading will be calculated.",
    "type": "array",
    "items": {
     "type": "string"
    },
    "x-kubernetes-list-type": "atomic"
   },
   "maxSkew": {
    "description": "MaxSkew describes the degree to which pods may be unevenly distributed.",
    "type": "integer",
    "format": "int32"
   },
   "minDomains": {
    "description": "MinDomains indicates a minimum number of eligible domains.",
    "type": "integer",
    "format": "int32"
   },
   "nodeAffinityPolicy": {
    "description": "NodeAffinityPolicy indicates how we will treat Pod's nodeAffinity/nodeSelector when calculating pod topology spread skew.",
    "type": "string"
   },
   "nodeTaintsPolicy": {
    "description": "NodeTaintsPolicy indicates how we will treat node taints when calculating pod topology spread skew.",
    "type": "string"
   },
   "topologyKey": {
    "description": "TopologyKey is the key of node labels.",
    "type": "string"
   },
   "whenUnsatisfiable": {
    "description": "WhenUnsatisfiable indicates how to deal with a pod if it doesn't satisfy the spread constraint. - DoNotSchedule (default) tells the scheduler not to schedule it. - ScheduleAnyway tells the scheduler to schedule the pod in any location,",
    "type": "string"
   }
  },
  "required": [
   "maxSkew",
   "topologyKey",
   "whenUnsatisfiable"
  ]
 },
 "TypedLocalObjectReference": {
  "description": "TypedLocalObjectReference contains enough information to let you locate the typed referenced object inside the same namespace.",
  "type": "object",
  "properties": {
   "apiGroup": {
    "description": "APIGroup is the group for the resource being referenced.",
    "type": "string"
   },
   "kind": {
    "description": "Kind is the type of resource being referenced",
    "type": "string"
   },
   "name": {
    "description": "Name is the name of resource being referenced",
    "type": "string"
   }
  },
  "required": [
   "kind",
   "name"
  ],
  "x-kubernetes-map-type": "atomic"
 },
 "TypedObjectReference": {
  "description": "TypedObjectReference contains enough information to let you locate the typed referenced object",
  "type": "object",
  "properties": {
   "apiGroup": {
    "description": "APIGroup is the group for the resource being referenced.",
    "type": "string"
   },
   "kind": {
    "description": "Kind is the type of resource being referenced",
    "type": "string"
   },
   "name": {
    "description": "Name is the name of resource being referenced",
    "type": "string"
   },
   "namespace": {
    "description": "Namespace is the namespace of resource being referenced Note that when a namespace is specified, a gateway.networking.k8s.io/ReferenceGrant object is required in the referent namespace to allow that namespace's owner to accept the reference.",
    "type": "string"
   }
  },
  "required": [
   "kind",
   "name"
  ]
 },
 "Volume": {
  "description": "Volume represents a named volume in a pod that may be accessed by any container in the pod.",
  "type": "object",
  "properties": {
   "awsElasticBlockStore": {
    "description": "awsElasticBlockStore represents an AWS Disk resource that is attached to a kubelet's host machine and then exposed to the pod.",
    "$ref": "AWSElasticBlockStoreVolumeSource"
   },
   "azureDisk": {
    "description": "azureDisk represents an Azure Data Disk mount on the host and bind mount to the pod.",
    "$ref": "AzureDiskVolumeSource"
   },
   "azureFile": {
    "description": "azureFile represents an Azure File Service mount on the host and bind mount to the pod.",
    "$ref": "AzureFileVolumeSource"
   },
   "cephfs": {
    "description": "cephFS represents a Ceph FS mount on the host that shares a pod's lifetime.",
    "$ref": "CephFSVolumeSource"
   },
   "cinder": {
    "description": "cinder represents a cinder volume attached and mounted on kubelets host machine.",
    "$ref": "CinderVolumeSource"
   },
   "configMap": {
    "description": "configMap represents a configMap that should populate this volume",
    "$ref": "ConfigMapVolumeSource"
   },
   "csi": {
    "description": "csi (Container Storage Interface) represents ephemeral storage that is handled by certain external CSI drivers.",
    "$ref": "CSIVolumeSource"
   },
   "downwardAPI": {
    "description": "downwardAPI represents downward API about the pod that should populate this volume",
    "$ref": "DownwardAPIVolumeSource"
   },
   "emptyDir": {
    "description": "emptyDir represents a temporary directory that shares a pod's lifetime.",
    "$ref": "EmptyDirVolumeSource"
   },
   "ephemeral": {
    "description": "ephemeral represents a volume that is handled by a cluster storage driver.",
    "$ref": "EphemeralVolumeSource"
   },
   "fc": {
    "description": "fc represents a Fibre Channel resource that is attached to a kubelet's host machine and then exposed to the pod.",
    "$ref": "FCVolumeSource"
   },
   "flexVolume": {
    "description": "flexVolume represents a generic volume resource that is provisioned/attached using an exec based plugin.",
    "$ref": "FlexVolumeSource"
   },
   "flocker": {
    "description": "flocker represents a Flocker volume attached to a kubelet's host machine.",
    "$ref": "FlockerVolumeSource"
   },
   "gcePersistentDisk": {
    "description": "gcePersistentDisk represents a GCE Disk resource that is attached to a kubelet's host machine and then exposed to the pod.",
    "$ref": "GCEPersistentDiskVolumeSource"
   },
   "gitRepo": {
    "description": "gitRepo represents a git repository at a particular revision.",
    "$ref": "GitRepoVolumeSource"
   },
   "glusterfs": {
    "description": "glusterfs represents a Glusterfs mount on the host that shares a pod's lifetime.",
    "$ref": "GlusterfsVolumeSource"
   },
   "hostPath": {
    "description": "hostPath represents a pre-existing file or directory on the host machine that is directly exposed to the container.",
    "$ref": "HostPathVolumeSource"
   },
   "image": {
    "description": "image represents an OCI object (a container image or artifact) pulled and mounted on the kubelet's host machine.",
    "$ref": "ImageVolumeSource"
   },
   "iscsi": {
    "description": "iscsi represents an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod.",
    "$ref": "ISCSIVolumeSource"
   },
   "name": {
    "description": "name of the volume.",
    "type": "string",
    "maxLength": 63
   },
   "nfs": {
    "description": "nfs represents an NFS mount on the host that shares a pod's lifetime More info: https://kubernetes.io/docs/concepts/storage/volumes#nfs",
    "$ref": "NFSVolumeSource"
   },
   "persistentVolumeClaim": {
    "description": "persistentVolumeClaimVolumeSource represents a reference to a PersistentVolumeClaim in the same namespace.",
    "$ref": "PersistentVolumeClaimVolumeSource"
   },
   "photonPersistentDisk": {
    "description": "photonPersistentDisk represents a PhotonController persistent disk attached and mounted on kubelets host machine.",
    "$ref": "PhotonPersistentDiskVolumeSource"
   },
   "portworxVolume": {
    "description": "portworxVolume represents a portworx volume attached and mounted on kubelets host machine.",
    "$ref": "PortworxVolumeSource"
   },
   "projected": {
    "description": "projected items for all in one resources secrets, configmaps, and downward API",
    "$ref": "ProjectedVolumeSource"
   },
   "quobyte": {
    "description": "quobyte represents a Quobyte mount on the host that shares a pod's lifetime.",
    "$ref": "QuobyteVolumeSource"
   },
   "rbd": {
    "description": "rbd represents a Rados Block Device mount on the host that shares a pod's lifetime.",
    "$ref": "RBDVolumeSource"
   },
   "scaleIO": {
    "description": "scaleIO represents a ScaleIO persistent volume attached and mounted on Kubernetes nodes.",
    "$ref": "ScaleIOVolumeSource"
   },
   "secret": {
    "description": "secret represents a secret that should populate this volume.",
    "$ref": "SecretVolumeSource"
   },
   "storageos": {
    "description": "storageOS represents a StorageOS volume attached and mounted on Kubernetes nodes.",
    "$ref": "StorageOSVolumeSource"
   },
   "vsphereVolume": {
    "description": "vsphereVolume represents a vSphere volume attached and mounted on kubelets host machine.",
    "$ref": "VsphereVirtualDiskVolumeSource"
   }
  },
  "required": [
   "name"
  ]
 },
 "VolumeDevice": {
  "description": "volumeDevice describes a mapping of a raw block device within a container.",
  "type": "object",
  "properties": {
   "devicePath": {
    "description": "devicePath is the path inside of the container that the device will be mapped to.",
    "type": "string"
   },
   "name": {
    "description": "name must match the name of a persistentVolumeClaim in the pod",
    "type": "string"
   }
  },
  "required": [
   "name",
   "devicePath"
  ]
 },
 "VolumeMount": {
  "description": "VolumeMount describes a mounting of a Volume within a container.",
  "type": "object",
  "properties": {
   "mountPath": {
    "description": "Path within the container at which the volume should be mounted.",
    "type": "string"
   },
   "mountPropagation": {
    "description": "mountPropagation determines how mounts are propagated from the host to container and the other way around.",
    "type": "string"
   },
   "name": {
    "description": "This must match the Name of a Volume.",
    "type": "string"
   },
   "readOnly": {
    "description": "Mounted read-only if true, read-write otherwise (false or unspecified).",
    "type": "boolean"
   },
   "recursiveReadOnly": {
    "description": "RecursiveReadOnly specifies whether read-only mounts should be handled recursively.",
    "type": "string"
   },
   "subPath": {
    "description": "Path within the volume from which the container's volume should be mounted.",
    "type": "string"
   },
   "subPathExpr": {
    "description": "Expanded path within the volume from which the container's volume should be mounted.",
    "type": "string"
   }
  },
  "required": [
   "name",
   "mountPath"
  ]
 },
 "VolumeProjection": {
  "description": "Projection that may be projected along with other supported volume types.",
  "type": "object",
  "properties": {
   "clusterTrustBundle": {
    "description": "ClusterTrustBundle allows a pod to access the `.spec.trustBundle` field of ClusterTrustBundle objects in an auto-updating file.",
    "$ref": "ClusterTrustBundleProjection"
   },
   "configMap": {
    "description": "configMap information about the configMap data to project",
    "$ref": "ConfigMapProjection"
   },
   "downwardAPI": {
    "description": "downwardAPI information about the downwardAPI data to project",
    "$ref": "DownwardAPIProjection"
   },
   "podCertificate": {
    "description": "Projects an auto-rotating credential bundle (private key and certificate chain) that the pod can use either as a TLS client or server.",
    "$ref": "PodCertificateProjection"
   },
   "secret": {
    "description": "secret information about the secret data to project",
    "$ref": "SecretProjection"
   },
   "serviceAccountToken": {
    "description": "serviceAccountToken is information about the serviceAccountToken data to project",
    "$ref": "ServiceAccountTokenProjection"
   }
  }
 },
 "VolumeResourceRequirements": {
  "description": "VolumeResourceRequirements describes the storage resource requirements for a volume.",
  "type": "object",
  "properties": {
   "limits": {
    "description": "Limits describes the maximum amount of compute resources allowed.",
    "type": "object",
    "additionalProperties": {
     "$ref": "Quantity"
    }
   },
   "requests": {
    "description": "Requests describes the minimum amount of compute resources required.",
    "type": "object",
    "additionalProperties": {
     "$ref": "Quantity"
    }
   }
  }
 },
 "VsphereVirtualDiskVolumeSource": {
  "description": "Represents a vSphere volume resource.",
  "type": "object",
  "properties": {
   "fsType": {
    "description": "fsType is filesystem type to mount.",
    "type": "string"
   },
   "storagePolicyID": {
    "description": "storagePolicyID is the storage Policy Based Management (SPBM) profile ID associated with the StoragePolicyName.",
    "type": "string"
   },
   "storagePolicyName": {
    "description": "storagePolicyName is the storage Policy Based Management (SPBM) profile name.",
    "type": "string"
   },
   "volumePath": {
    "description": "volumePath is the path that identifies vSphere volume vmdk",
    "type": "string"
   }
  },
  "required": [
   "volumePath"
  ]
 },
 "WeightedPodAffinityTerm": {
  "description": "The weights of all of the matched WeightedPodAffinityTerm fields are added per-node to find the most preferred node(s)",
  "type": "object",
  "properties": {
   "podAffinityTerm": {
    "description": "Required.",
    "$ref": "PodAffinityTerm"
   },
   "weight": {
    "description": "weight associated with matching the corresponding podAffinityTerm, in the range 1-100.",
    "type": "integer",
    "format": "int32"
   }
  },
  "required": [
   "weight",
   "podAffinityTerm"
  ]
 },
 "WindowsSecurityContextOptions": {
  "description": "WindowsSecurityContextOptions contain Windows-specific options and credentials.",
  "type": "object",
  "properties": {
   "gmsaCredentialSpec": {
    "description": "GMSACredentialSpec is where the GMSA admission webhook (https://github.com/kubernetes-sigs/windows-gmsa) inlines the contents of the GMSA credential spec named by the GMSACredentialSpecName field.",
    "type": "string"
   },
   "gmsaCredentialSpecName": {
    "description": "GMSACredentialSpecName is the name of the GMSA credential spec to use.",
    "type": "string"
   },
   "hostProcess": {
    "description": "HostProcess determines if a container should be run as a 'Host Process' container.",
    "type": "boolean"
   },
   "runAsUserName": {
    "description": "The UserName in Windows to run the entrypoint of the container process.",
    "type": "string"
   }
  }
 }
};
