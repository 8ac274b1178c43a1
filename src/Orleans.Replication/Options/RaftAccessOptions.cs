namespace Orleans.Configuration;

/// <summary>
/// How a client, or a silo that holds no replica, uses replication groups through the silos that do. Bound from <c>Orleans:Replication</c>.
/// </summary>
public sealed class RaftAccessOptions
{
    /// <summary>
    /// The addresses of silos to ask first, each with its peer id, such as <c>/ip4/10.0.0.1/tcp/4001/p2p/12D3Koo…</c>: those of their <c>Peers</c>. One is enough while it runs, since each tells
    /// where the others are; name more for a start while some are down. Required.
    /// </summary>
    public IList<string> Seeds { get; set; } = [];

    /// <summary>The silos' <see cref="RaftReplicationOptions.AccessToken"/>: 16 to 1,024 characters. Required.</summary>
    [Redact]
    public string? AccessToken { get; set; }

    /// <summary>The silos' <see cref="RaftReplicationOptions.ClusterId"/>, 1 to 128 characters. Default: <see cref="ClusterOptions.ClusterId"/>.</summary>
    public string? ClusterId { get; set; }

    /// <summary>
    /// How long a call may take in all, with everything that is tried again. Default: 20 s, twice <see cref="RaftReplicationOptions.ProposalTimeout"/>; 100 ms to 10 minutes. Keep it below Orleans'
    /// response timeout where grains make the calls.
    /// </summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long connecting to one silo may take before the next is tried. Default: 3 s; 100 ms to 1 minute.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
