using Grpc.Core;
using Orleans.Replication.Benchmarks.Etcd.Wire;
using Orleans.Replication.Nemesis.Processes;

namespace Orleans.Replication.Benchmarks.Etcd;

/// <summary>
/// Three etcd members on loopback with etcd's own defaults: every put is fsynced by a majority before it is acknowledged. Only the size limit of
/// its database is raised, so that a long run does not end in an alarm.
/// </summary>
internal sealed class EtcdCluster : IAsyncDisposable
{
    private const long DatabaseQuotaBytes = 8L << 30;

    private readonly List<ChildProcess> _members = [];

    private EtcdCluster(IReadOnlyList<Uri> clientUrls) => ClientUrls = clientUrls;

    /// <summary>Where each member serves clients.</summary>
    public IReadOnlyList<Uri> ClientUrls { get; }

    /// <summary>The members' process ids.</summary>
    public IReadOnlyList<int> ProcessIds => [.. _members.Select(member => member.Id)];

    /// <summary>Starts the members, with their data below a folder, and waits until each of them knows a leader.</summary>
    public static async Task<EtcdCluster> StartAsync(string program, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var ports = LoopbackPorts.Take(6);
        var clients = ports[..3].Select(port => new Uri($"http://127.0.0.1:{port}")).ToArray();
        var peers = ports[3..].Select(port => $"http://127.0.0.1:{port}").ToArray();
        var cluster = new EtcdCluster(clients);
        try
        {
            for (var i = 0; i < 3; i++)
                cluster._members.Add(ChildProcess.Start(program, Arguments(i, folder, clients, peers), Path.Combine(folder, $"member{i}.log")));
            for (var i = 0; i < 3; i++)
                await cluster.WaitForLeaderAsync(i, cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
            await member.DisposeAsync();
    }

    private static string[] Arguments(int index, string folder, Uri[] clients, string[] peers)
    {
        var client = clients[index].GetLeftPart(UriPartial.Authority);
        return
        [
            "--name", $"member{index}",
            "--data-dir", Path.Combine(folder, $"member{index}"),
            "--listen-client-urls", client,
            "--advertise-client-urls", client,
            "--listen-peer-urls", peers[index],
            "--initial-advertise-peer-urls", peers[index],
            "--initial-cluster", string.Join(',', peers.Select((peer, i) => $"member{i}={peer}")),
            "--initial-cluster-state", "new",
            "--quota-backend-bytes", DatabaseQuotaBytes.ToString(),
        ];
    }

    private async Task WaitForLeaderAsync(int index, CancellationToken cancellationToken)
    {
        using var channel = EtcdChannel.Open(ClientUrls[index]);
        var client = new Maintenance.MaintenanceClient(channel);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await HasLeaderAsync(client, deadline.Token))
        {
            if (_members[index].HasExited)
                throw new InvalidOperationException($"etcd member {index} has exited:\n{_members[index].LogTail()}");
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    private static async Task<bool> HasLeaderAsync(Maintenance.MaintenanceClient client, CancellationToken cancellationToken)
    {
        try
        {
            var status = await client.StatusAsync(new StatusRequest(), cancellationToken: cancellationToken);
            return status.Leader != 0;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }
}
