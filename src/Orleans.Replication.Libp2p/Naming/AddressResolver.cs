using System.Net;
using System.Net.Sockets;
using Orleans.Replication.Libp2p.Addresses;

namespace Orleans.Replication.Libp2p.Naming;

/// <summary>
/// Makes addresses of names (libp2p specs, addressing/README.md): <c>/dns</c>, <c>/dns4</c> and <c>/dns6</c> by their address records, <c>/dnsaddr</c> by the texts
/// <c>dnsaddr=…</c> at <c>_dnsaddr.</c> and the name, each of which is an address that may name something again.
/// </summary>
internal sealed class AddressResolver(NameService names)
{
    /// <summary>How often one name may lead to another.</summary>
    private const int MaxDepth = 4;

    /// <summary>The most addresses that one address may resolve to: whoever controls a name must not make this host dial half the network.</summary>
    private const int MaxAddresses = 32;

    private const string TextPrefix = "dnsaddr=";

    /// <summary>An address without a name is returned as it is.</summary>
    /// <param name="peer">The peer the address is of; entries of a <c>/dnsaddr</c> that name another peer are left out.</param>
    /// <param name="address">Its address.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Libp2pException">A name leads to no address.</exception>
    internal async ValueTask<IReadOnlyList<Multiaddr>> ResolveAsync(PeerId peer, Multiaddr address, CancellationToken cancellationToken)
    {
        if (!IsName(address))
            return [address];

        List<Multiaddr> resolved = [];
        try
        {
            await ResolveAsync(peer, address, MaxDepth, resolved, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // System and library report what went wrong with a name in many ways; to a dial they are one.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            throw new Libp2pException($"{address} cannot be resolved: {error.Message}", error);
        }

        return resolved.Count > 0 ? resolved : throw new Libp2pException($"{address} leads to no address of peer {peer}.");
    }

    private async Task ResolveAsync(PeerId peer, Multiaddr address, int depth, List<Multiaddr> resolved, CancellationToken cancellationToken)
    {
        if (resolved.Count >= MaxAddresses)
            return;

        var first = address.Parts.IsEmpty ? default : address.Parts[0];
        if (first.Protocol == MultiaddrProtocol.Dnsaddr)
        {
            if (depth > 0)
                await FollowAsync(peer, first.Value, depth, resolved, cancellationToken).ConfigureAwait(false);
        }
        else if (address.TryGetTcpEndPoint(out var endPoint) && endPoint is DnsEndPoint name)
        {
            var found = await names.GetAddressesAsync(name.Host, name.AddressFamily, cancellationToken).ConfigureAwait(false);
            resolved.AddRange(found.Take(MaxAddresses - resolved.Count).Select(ip => Multiaddr.FromTcp(new IPEndPoint(ip, name.Port))));
        }
        else if (address.WithoutPeerId() is { } bare)
        {
            resolved.Add(bare);
        }
    }

    private async Task FollowAsync(PeerId peer, string name, int depth, List<Multiaddr> resolved, CancellationToken cancellationToken)
    {
        foreach (var text in await names.GetTextsAsync($"_dnsaddr.{name}", cancellationToken).ConfigureAwait(false))
        {
            if (text.StartsWith(TextPrefix, StringComparison.Ordinal)
                && Multiaddr.TryParse(text[TextPrefix.Length..], null, out var entry)
                && (entry.PeerId is not { } named || named == peer))
            {
                await ResolveAsync(peer, entry, depth - 1, resolved, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsName(Multiaddr address) =>
        address.Parts is [{ Protocol: var first }, ..]
        && (first == MultiaddrProtocol.Dnsaddr || first == MultiaddrProtocol.Dns || first == MultiaddrProtocol.Dns4 || first == MultiaddrProtocol.Dns6);
}
