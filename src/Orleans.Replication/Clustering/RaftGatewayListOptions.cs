namespace Orleans.Configuration;

/// <summary>How a client finds the gateways of a cluster whose silos use Raft clustering.</summary>
public sealed class RaftGatewayListOptions
{
    /// <summary>
    /// The addresses of silos to ask first, each with its peer id, such as <c>/ip4/10.0.0.1/tcp/4001/p2p/12D3Koo…</c>: those of their <c>Peers</c>. One is enough
    /// while it runs, since any of them tells where the others are; name more so that a client also starts while some are down. Required.
    /// </summary>
    public IList<string> Seeds { get; set; } = [];

    /// <summary>How long connecting to one silo and its answer may take. Default: 5 s; 100 ms to 1 minute. Others are asked beside it much earlier.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
