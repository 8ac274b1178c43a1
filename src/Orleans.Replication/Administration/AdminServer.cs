using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.Transport;

namespace Orleans.Replication.Administration;

/// <summary>Serves the admin protocol: judges the caller by its proven peer id, or else by its token, and only then reads what it asks.</summary>
internal sealed partial class AdminServer(
    Func<IReplicationHost> host, Func<IReplicationManager> manager, IOptions<RaftReplicationOptions> options, ILogger<AdminServer> logger) : IDisposable
{
    private const int MaxKnownStrangers = 1024;
    private const int MaxStreams = 16;
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(5);

    private readonly Lazy<AdminAccess> _access = new(() => new AdminAccess(options.Value));
    private readonly ConcurrentDictionary<PeerId, byte> _strangers = new();
    private readonly Meter _meter = new("Orleans.Replication");
    private Counter<long>? _refused;

    /// <summary>Who may ask.</summary>
    public AdminAccess Access => _access.Value;

    /// <summary>Begins to serve.</summary>
    /// <param name="libp2p">The silo's host.</param>
    /// <param name="isMember">Who is always allowed.</param>
    public void Register(Libp2pHost libp2p, Func<PeerId, bool> isMember)
    {
        _refused = _meter.CreateCounter<long>("orleans.replication.admin.refused", "{call}", "Calls of the admin protocol whose caller was not allowed.");
        libp2p.SetStreamHandler(
            new ProtocolId(AdminMessages.ProtocolId),
            (stream, cancellationToken) => ServeAsync(stream, isMember, cancellationToken),
            new StreamHandlerOptions { AllowPeer = peer => isMember(peer) || Access.MayKnock(peer), MaxStreams = MaxStreams, MaxStreamsPerConnection = MaxStreams / 4 });
    }

    public void Dispose() => _meter.Dispose();

    private async Task ServeAsync(Libp2pStream stream, Func<PeerId, bool> isMember, CancellationToken cancellationToken)
    {
        var input = stream.Input.AsStream(leaveOpen: true);
        var output = stream.Output.AsStream(leaveOpen: true);
        await using (input.ConfigureAwait(false))
        await using (output.ConfigureAwait(false))
        {
            var requests = new AdminMessages(input);
            var responses = new AdminMessages(output);
            if (await AdmitAsync(stream.RemotePeer, isMember, requests, cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                await responses.WriteAsync(Failed(FailureKind.NotAllowed, refusal), cancellationToken).ConfigureAwait(false);
            }
            else if (await requests.ReadAsync(AdminRequest.Parser, AdminMessages.MaxMessageBytes, cancellationToken).ConfigureAwait(false) is { } request)
            {
                LogRequest(request.KindCase, request.Group, stream.RemotePeer);
                await responses.WriteAsync(await AnswerAsync(request, responses, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }

            await stream.CloseWriteAsync(cancellationToken).ConfigureAwait(false);
            await StreamEnd.WaitAsync(stream, AdminMessages.MaxMessageBytes, HelloTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>Why the caller is refused; null when it may ask.</returns>
    private async ValueTask<string?> AdmitAsync(PeerId peer, Func<PeerId, bool> isMember, AdminMessages requests, CancellationToken cancellationToken)
    {
        var isKnown = isMember(peer) || Access.IsAdministrator(peer);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(HelloTimeout);
        var hello = await requests.ReadAsync(AdminHello.Parser, AdminMessages.MaxHelloBytes, deadline.Token).ConfigureAwait(false);
        if (!isKnown && (hello is null || !Access.IsToken(hello.Token)))
        {
            _refused?.Add(1);
            if (_strangers.Count < MaxKnownStrangers && _strangers.TryAdd(peer, 0))
                LogRefused(peer);
            return hello is { Token.Length: > 0 }
                ? "The token is not this silo's AdminToken."
                : $"Peer {peer} is neither a member nor among this silo's Administrators, and has said no token.";
        }

        return hello?.Version == AdminMessages.Version
            ? null
            : $"Version {hello?.Version} of the admin protocol is not spoken here, version {AdminMessages.Version} is. Use the tool of this silo's version.";
    }

    private async Task<AdminResponse> AnswerAsync(AdminRequest request, AdminMessages responses, CancellationToken cancellationToken)
    {
        try
        {
            switch (request.KindCase)
            {
                case AdminRequest.KindOneofCase.Status:
                    return new AdminResponse { Status = Describe(request.Group) };
                case AdminRequest.KindOneofCase.Transfer:
                    var to = request.Transfer.To.Length == 0 ? null : request.Transfer.To;
                    await manager().TransferLeadershipAsync(request.Group, to, cancellationToken).ConfigureAwait(false);
                    return new AdminResponse { Done = new Done() };
                case AdminRequest.KindOneofCase.Snapshot:
                    return DoneAt(await manager().TakeSnapshotAsync(request.Group, cancellationToken).ConfigureAwait(false));
                case AdminRequest.KindOneofCase.Backup:
                    var destination = new ChunkStream(responses);
                    await using (destination.ConfigureAwait(false))
                        return DoneAt((await manager().BackupAsync(request.Group, destination, request.Backup.Stale, cancellationToken).ConfigureAwait(false)).Index);
                case AdminRequest.KindOneofCase.Member:
                    return await MemberChanges.MakeAsync(manager(), request.Group, request.Member, cancellationToken).ConfigureAwait(false);
                default:
                    return Failed(FailureKind.Wrong, "This silo's version does not know the request. Update the silo, or use the tool of its version.");
            }
        }
        catch (Exception error) when (error is ReplicationConfigurationException or ArgumentException)
        {
            return Failed(FailureKind.Wrong, error.Message);
        }
        catch (ReplicationUnavailableException error)
        {
            return Failed(FailureKind.Unavailable, error.Message);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogFailed(error, request.KindCase);
            return Failed(FailureKind.Unknown, $"{error.GetType().Name}: {error.Message}");
        }
    }

    private StatusReply Describe(string group)
    {
        var statuses = group.Length == 0 ? manager().GetStatus() : [manager().GetStatus(group)];
        var reply = new StatusReply { PeerId = host().PeerId };
        reply.Groups.AddRange(statuses.Select(Describe));
        return reply;
    }

    private GroupStatus Describe(RaftGroupStatus status)
    {
        var states = host().Groups.FirstOrDefault(group => group.Name == status.Name)?.Tables.OfType<StatesTable>().Single();
        var described = new GroupStatus
        {
            Name = status.Name,
            Role = status.Role.ToString().ToLowerInvariant(),
            Term = status.Term,
            Leader = status.Leader ?? string.Empty,
            CommitIndex = status.CommitIndex,
            AppliedIndex = status.AppliedIndex,
            Fault = status.Fault ?? string.Empty,
            Quarantine = status.Quarantine ?? string.Empty,
            Divergence = status.Divergence ?? string.Empty,
            OperationsVersion = states?.Version ?? 0,
            DeclaredOperationsVersion = states?.DeclaredVersion ?? 0,
        };
        foreach (var member in status.Members)
        {
            var entry = new MemberStatus { PeerId = member.Id, Role = member.Role.ToString().ToLowerInvariant() };
            entry.Addresses.AddRange(host().GetAddresses(member.Id));
            described.Members.Add(entry);
        }

        return described;
    }

    private static AdminResponse DoneAt(long index) => new() { Done = new Done { Index = index } };

    private static AdminResponse Failed(FailureKind kind, string message) => new() { Failure = new Failure { Kind = kind, Message = message } };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Request} of group '{Group}', asked by {Peer}.")]
    private partial void LogRequest(AdminRequest.KindOneofCase request, string group, PeerId peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An administrative call of peer {Peer} was refused: it is neither a member nor an administrator, and has said no or the wrong token. Further ones of it are only counted.")]
    private partial void LogRefused(PeerId peer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Request} failed.")]
    private partial void LogFailed(Exception exception, AdminRequest.KindOneofCase request);
}
