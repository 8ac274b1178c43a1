using Microsoft.Extensions.Options;
using Orleans.Replication;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Transport;
using Orleans.Runtime;

namespace Orleans.Configuration;

/// <summary>
/// Checks what this package does with the options, before anything is opened. Timing and limits are the groups' own, and checked when those are made;
/// so is, when the silo starts, what only the identity in the data folder can tell.
/// </summary>
internal sealed class RaftReplicationOptionsValidator(IOptions<RaftReplicationOptions> options, IOptions<ClusterOptions> cluster) : IConfigurationValidator
{
    private static readonly TimeSpan MinShutdownTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxShutdownTimeout = TimeSpan.FromMinutes(1);

    private const int MaxVoters = 5;
    private const int MaxGroupNameChars = 64;
    private const int MaxClusterIdChars = 128;

    /// <inheritdoc/>
    /// <exception cref="ReplicationConfigurationException">An option is wrong; the message says what to write instead.</exception>
    public void ValidateConfiguration()
    {
        var value = options.Value;
        Require(!string.IsNullOrWhiteSpace(value.DataDirectory), nameof(value.DataDirectory), "is empty. Name a folder of this silo's own, for example 'data'.");
        ValidateAddresses(value);
        ValidateNames(value);
        ValidateAdministration(value);
        ValidateJoining(value);
        ValidateAccess(value);
        Require(value.OperationsVersion >= 1, nameof(value.OperationsVersion), $"is {value.OperationsVersion}. Write 1, or one more than the release before that changed operations.");
        Require(value.CatchUpTimeout >= TimeSpan.Zero, nameof(value.CatchUpTimeout), "is negative. Write zero to start without waiting.");
        Require(
            value.ShutdownTimeout >= MinShutdownTimeout && value.ShutdownTimeout <= MaxShutdownTimeout,
            nameof(value.ShutdownTimeout),
            $"is {value.ShutdownTimeout}. Write {MinShutdownTimeout} to {MaxShutdownTimeout}.");
    }

    private static void ValidateAddresses(RaftReplicationOptions value)
    {
        foreach (var address in value.ListenAddresses)
        {
            var parsed = Parse(nameof(value.ListenAddresses), () => Multiaddr.Parse(address));
            Require(
                parsed.PeerId is null && parsed.TryGetTcpEndPoint(out var endPoint) && endPoint is System.Net.IPEndPoint,
                nameof(value.ListenAddresses),
                $"has '{address}', which cannot be listened on. Write an IP address and a TCP port, for example /ip4/0.0.0.0/tcp/4001.");
        }

        var voters = Parse(nameof(value.Peers), () => ClusterPeers.Parse(value.Peers)).Addresses.Count;
        Require(
            voters <= MaxVoters,
            nameof(value.Peers),
            $"has {voters} peers. More than {MaxVoters} replicas are slower without being safer. Keep three or five of them.");
        Require(
            voters is 0 or 1 or 3 or 5,
            nameof(value.Peers),
            $"has {voters} peers. An even number survives no more losses than the odd one below it. Write 1, 3 or 5; leave it empty for a silo on its own.");
        Parse(nameof(value.JoinAddresses), () => ClusterPeers.Parse(value.JoinAddresses));
        Require(
            voters == 0 || value.JoinAddresses.Count == 0,
            nameof(value.JoinAddresses),
            $"and {nameof(value.Peers)} are both given. A silo begins a group with its {nameof(value.Peers)}, or joins one by its {nameof(value.JoinAddresses)}.");
    }

    private void ValidateNames(RaftReplicationOptions value)
    {
        foreach (var group in value.Groups)
        {
            Require(
                group.Length is > 0 and <= MaxGroupNameChars && group.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && group.Any(c => c != '.'),
                nameof(value.Groups),
                $"has '{group}', which cannot name a folder. Write 1 to {MaxGroupNameChars} letters, digits, '-', '_' or '.'.");
        }

        var clusterId = value.ClusterId ?? cluster.Value.ClusterId;
        Require(
            clusterId is { Length: > 0 and <= MaxClusterIdChars },
            nameof(value.ClusterId),
            $"has {clusterId?.Length ?? 0} characters. Write 1 to {MaxClusterIdChars}, or set ClusterOptions.ClusterId.");
    }

    private static void ValidateAdministration(RaftReplicationOptions value)
    {
        foreach (var id in value.Administrators)
        {
            Require(
                PeerId.TryParse(id, null, out _),
                nameof(value.Administrators),
                $"has '{id}', which is no peer id. Write what 'orleans-replication keygen --data DIR' prints, for example 12D3KooW….");
        }

        RequireSecret(nameof(value.AdminToken), value.AdminToken);
    }

    private static void ValidateJoining(RaftReplicationOptions value)
    {
        RequireSecret(nameof(value.JoinToken), value.JoinToken);
        Require(
            !value.AutoAdmit || value.JoinToken is not null,
            nameof(value.AutoAdmit),
            $"is set without a {nameof(value.JoinToken)}: nobody could ask to join. Write a {nameof(value.JoinToken)} on every silo, and on those that are to join, for example from "
                + $"'openssl rand -hex 32'; or leave {nameof(value.AutoAdmit)} out.");
        Require(
            value.JoinToken is null || value.JoinToken != value.AdminToken,
            nameof(value.JoinToken),
            $"is the {nameof(value.AdminToken)} as well: every silo that is to join could administer the others. Write another one.");
    }

    private static void ValidateAccess(RaftReplicationOptions value)
    {
        RequireSecret(nameof(value.AccessToken), value.AccessToken);
        Require(
            value.AccessToken is null || (value.AccessToken != value.AdminToken && value.AccessToken != value.JoinToken),
            nameof(value.AccessToken),
            $"is the {nameof(value.AdminToken)} or the {nameof(value.JoinToken)} as well: every client could do what only operators or members may. Write another one.");
    }

    private static void RequireSecret(string name, string? token) => Require(Secrets.IsGood(token), name, Secrets.Problem(token));

    private static T Parse<T>(string name, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException error)
        {
            throw new ReplicationConfigurationException($"{nameof(RaftReplicationOptions)}.{name}: {error.Message}", error);
        }
    }

    private static void Require(bool holds, string name, string problem)
    {
        if (!holds)
            throw new ReplicationConfigurationException($"{nameof(RaftReplicationOptions)}.{name} {problem}");
    }
}
