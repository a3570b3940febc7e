"""What app.ts beside it synthesizes, in Python: line by line the same."""

import jsii
from cdk8s import ApiObjectMetadata, App, Chart, Duration, Size
from cdk8s_plus_28 import (
    ContainerResources,
    Cpu,
    CpuResources,
    EnvValue,
    HorizontalPodAutoscaler,
    MemoryResources,
    Metric,
    MetricTarget,
    PercentOrAbsolute,
    Secret,
    SecretValue,
    Volume,
)
from cdk8s_worker_pools import (
    AwsRole,
    BinariesCache,
    CommsProtocol,
    ControllerLogFormat,
    ControllerLogLevel,
    DisruptionBudget,
    DockerInDocker,
    InitializationPolicy,
    IWorkerPoolExtension,
    LeaderElectionTimings,
    OperatorMetrics,
    OperatorNetworkPolicy,
    PodHistory,
    PodVolumeMount,
    RunContainerProps,
    RunDisruptionBudget,
    RunPodProps,
    VcsAgentPool,
    VcsAgents,
    WorkerPool,
    WorkerPoolAlerts,
    WorkerPoolDashboard,
    WorkerPoolOperator,
    WorkspaceVolume,
)


@jsii.implements(IWorkerPoolExtension)
class TeamDefaults:
    """What every pool of this team has."""

    def extend(self, pool: WorkerPool) -> None:
        pool.add_pod_label("team", "platform")
        pool.worker_container.env.add_variable("TEAM", EnvValue.from_value("platform"))


app = App()
chart = Chart(app, "tools", namespace="tools")

WorkerPoolOperator(
    chart,
    "operator",
    watch_namespaces=["tools"],
    replicas=2,
    leader_election=LeaderElectionTimings(lease_duration=Duration.seconds(30), renew_deadline=Duration.seconds(20)),
    log_level=ControllerLogLevel.DEBUG,
    log_format=ControllerLogFormat.LOGFMT,
    network_policy=OperatorNetworkPolicy(egress_ports=[443, 6443]),
    metrics=OperatorMetrics(secure=True),
    run_disruption_budget=RunDisruptionBudget(),
    controller_disruption_budget=DisruptionBudget(max_unavailable=PercentOrAbsolute.percent(50)),
)

credentials = Secret.from_secret_name(chart, "credentials", "builds-credentials")
scratch = Volume.from_empty_dir(chart, "scratch", "scratch")
pool = WorkerPool(
    chart,
    "pool",
    metadata=ApiObjectMetadata(name="builds", labels={"tier": "one"}),
    token=SecretValue(secret=credentials, key="token"),
    private_key=SecretValue(secret=credentials, key="privateKey"),
    comms_protocol=CommsProtocol.POLL,
    poll_comms_url="https://control-plane.example/poll",
    failed_pods_history=PodHistory(limit=3, ttl=Duration.days(1)),
    pod=RunPodProps(
        active_deadline=Duration.hours(2),
        annotations={"example.com/note": 'quotes " and {{ braces }}'},
        workspace=WorkspaceVolume.ephemeral(size=Size.gibibytes(20), storage_class="gp2"),
        binaries_cache=BinariesCache.efs(chart, "cache", file_system_id="fs-0123456789abcdef0"),
        worker_container=RunContainerProps(
            env_variables={"LOG_LEVEL": EnvValue.from_value("debug")},
            volume_mounts=[PodVolumeMount(path="/scratch", volume=scratch)],
            resources=ContainerResources(
                cpu=CpuResources(request=Cpu.millis(500)),
                memory=MemoryResources(limit=Size.gibibytes(1)),
            ),
        ),
    ),
    extensions=[
        DockerInDocker.sidecar(storage_limit=Size.gibibytes(30)),
        InitializationPolicy.from_text('package spacelift\n\ndeny["no runs on Friday"] { false }\n'),
        VcsAgents.from_agent_pools(
            [VcsAgentPool(name="gitlab", base_endpoint="https://gitlab.example.com")]
        ),
        AwsRole.irsa(role_arn="arn:aws:iam::123456789012:role/builds", token_expiration=Duration.hours(1)),
        TeamDefaults(),
    ],
)
pool.init_container.mount("/scratch", scratch)
pool.add_sidecar(name="proxy", image="example.com/proxy:1", port_number=3128)

HorizontalPodAutoscaler(
    chart,
    "autoscaler",
    target=pool,
    max_replicas=9,
    metrics=[Metric.external(name="queued_runs", target=MetricTarget.average_value(1))],
)

HorizontalPodAutoscaler(
    chart,
    "other-autoscaler",
    target=WorkerPool.from_worker_pool_name(chart, "other", "made-by-another-app"),
    max_replicas=9,
    metrics=[Metric.external(name="other_runs", target=MetricTarget.average_value(1))],
)

WorkerPoolDashboard(chart, "dashboard")
WorkerPoolAlerts(chart, "alerts", runs_wait_for=Duration.minutes(5), alert_labels={"team": "platform"})

app.synth()
