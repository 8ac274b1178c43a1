using Google.Protobuf;
using Grpc.Net.Client;
using Orleans.Replication.Benchmarks.Etcd.Wire;
using Orleans.Replication.Benchmarks.Load;

namespace Orleans.Replication.Benchmarks.Etcd;

/// <summary>etcd under load, through its v3 API over gRPC.</summary>
internal sealed class EtcdTarget(EtcdCluster cluster) : ILoadTarget, IDisposable
{
    private const int CallersPerConnection = 32;

    private readonly List<(GrpcChannel Channel, KV.KVClient Client)> _connections = [];
    private int _used;

    public string Name => "etcd";

    public IReadOnlyList<int> ProcessIds => cluster.ProcessIds;

    /// <summary>A connection for every 32 callers, and as many to each member.</summary>
    public async Task PrepareAsync(int callers, CancellationToken cancellationToken)
    {
        var members = cluster.ClientUrls;
        var perMember = (int)Math.Ceiling(callers / (double)(CallersPerConnection * members.Count));
        _used = perMember * members.Count;
        while (_connections.Count < _used)
        {
            var channel = EtcdChannel.Open(members[_connections.Count % members.Count]);
            await channel.ConnectAsync(cancellationToken);
            _connections.Add((channel, new KV.KVClient(channel)));
        }
    }

    public async ValueTask PutAsync(int lane, int key, byte[] value, CancellationToken cancellationToken)
    {
        var request = new PutRequest { Key = Key(key), Value = UnsafeByteOperations.UnsafeWrap(value) };
        await Client(lane).PutAsync(request, cancellationToken: cancellationToken);
    }

    public async ValueTask GetAsync(int lane, int key, CancellationToken cancellationToken)
    {
        var response = await Client(lane).RangeAsync(new RangeRequest { Key = Key(key) }, cancellationToken: cancellationToken);
        if (response.Kvs.Count != 1)
            throw new InvalidOperationException($"etcd does not have key {key}.");
    }

    public void Dispose()
    {
        foreach (var (channel, _) in _connections)
            channel.Dispose();
    }

    private KV.KVClient Client(int lane) => _connections[lane % _used].Client;

    private static ByteString Key(int key) => ByteString.CopyFromUtf8($"bench/{key:D6}");
}
