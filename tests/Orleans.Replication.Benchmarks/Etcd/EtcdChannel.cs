using Grpc.Net.Client;

namespace Orleans.Replication.Benchmarks.Etcd;

/// <summary>One HTTP/2 connection to one member.</summary>
internal static class EtcdChannel
{
    public static GrpcChannel Open(Uri member) => GrpcChannel.ForAddress(member, new GrpcChannelOptions
    {
        // The caller decides how many connections there are; a pool behind its back would be a different measurement.
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false, UseProxy = false },
        DisposeHttpClient = true,
    });
}
