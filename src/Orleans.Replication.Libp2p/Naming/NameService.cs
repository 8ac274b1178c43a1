using System.Net;
using System.Net.Sockets;
using DnsClient;

namespace Orleans.Replication.Libp2p.Naming;

/// <summary>
/// Looks names up. Addresses come from the system's resolver, which knows the hosts file and local names, unless name servers are given; texts always come from
/// name servers. Nothing is cached: whoever asks again wants to know what has changed.
/// </summary>
/// <param name="servers">The name servers to ask; none: those of the system.</param>
internal sealed class NameService(IReadOnlyList<IPEndPoint> servers)
{
    private readonly Lazy<LookupClient> _client = new(() => NewClient(servers));

    /// <exception cref="Exception">Of any kind: the name cannot be resolved.</exception>
    internal async Task<IPAddress[]> GetAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        if (servers.Count == 0)
            return await Dns.GetHostAddressesAsync(name, family, cancellationToken).ConfigureAwait(false);

        List<IPAddress> addresses = [];
        if (family != AddressFamily.InterNetworkV6)
        {
            var answer = await _client.Value.QueryAsync(name, QueryType.A, cancellationToken: cancellationToken).ConfigureAwait(false);
            addresses.AddRange(answer.Answers.ARecords().Select(record => record.Address));
        }

        if (family != AddressFamily.InterNetwork)
        {
            var answer = await _client.Value.QueryAsync(name, QueryType.AAAA, cancellationToken: cancellationToken).ConfigureAwait(false);
            addresses.AddRange(answer.Answers.AaaaRecords().Select(record => record.Address));
        }

        return [.. addresses];
    }

    /// <exception cref="Exception">Of any kind: the name cannot be resolved.</exception>
    internal async Task<IReadOnlyList<string>> GetTextsAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await _client.Value.QueryAsync(name, QueryType.TXT, cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. answer.Answers.TxtRecords().Select(record => string.Concat(record.Text))];
    }

    private static LookupClient NewClient(IReadOnlyList<IPEndPoint> servers)
    {
        var options = servers.Count > 0 ? new LookupClientOptions([.. servers]) : new LookupClientOptions();
        options.UseCache = false;
        options.ThrowDnsErrors = false; // A name that does not exist is an answer without records.
        return new LookupClient(options);
    }
}
