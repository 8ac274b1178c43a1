using Google.Protobuf;
using Google.Protobuf.Collections;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;
using Orleans.Replication.States;
using Orleans.Replication.States.History;

namespace Orleans.Replication.Access;

/// <summary>Does what is asked, on this silo's replica: everything that has one response. Does not throw, unless the caller has gone.</summary>
internal sealed class AccessAnswers(CommandCheck commands)
{
    /// <summary>Answers one request.</summary>
    public async ValueTask<AccessResponse> AnswerAsync(RaftGroup group, AccessRequest request, PeerId peer, CancellationToken cancellationToken)
    {
        var mayBeDone = false;
        try
        {
            switch (request.KindCase)
            {
                case AccessRequest.KindOneofCase.Propose:
                    var command = ToCommand(request.Propose);
                    if (command.Table == StatesTable.TableName)
                        commands.Check(group, command, request.Propose.OperationsVersion, peer.ToString());
                    else
                        ForeignTables.Check(group, command);
                    mayBeDone = true;
                    return Describe(await group.ProposeAsync(command, cancellationToken).ConfigureAwait(false));
                case AccessRequest.KindOneofCase.Read:
                    return await ReadAsync(group, request.Read, cancellationToken).ConfigureAwait(false);
                case AccessRequest.KindOneofCase.ReadAt:
                    return await ReadAtAsync(group, request.ReadAt, cancellationToken).ConfigureAwait(false);
                default:
                    throw new AccessRefusedException(FailureKind.Invalid, "This silo's version does not know the request. Update the silo.");
            }
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested || error is not OperationCanceledException)
        {
            return AccessFailures.Describe(error, mayBeDone);
        }
    }

    private static Command ToCommand(ProposeRequest request) =>
        new(request.Table.Length == 0 ? StatesTable.TableName : request.Table, request.Key.Memory, request.Payload.Memory, request.HasExpectedVersion ? request.ExpectedVersion : null);

    private static AccessResponse Describe(in CommandResult result) => new()
    {
        Propose = new ProposeReply { Status = (int)result.Status, Version = result.Version, Payload = UnsafeByteOperations.UnsafeWrap(result.Payload) },
    };

    private static async ValueTask<AccessResponse> ReadAsync(RaftGroup group, ReadRequest request, CancellationToken cancellationToken)
    {
        if (request.Keys.Count is 0 or > AccessProtocol.MaxKeys)
            throw new ArgumentException($"1 to {AccessProtocol.MaxKeys} keys are read at once; {request.Keys.Count} were asked for.");
        var consistency = request.Consistency switch
        {
            Consistency.Linearizable => ReadConsistency.Linearizable,
            Consistency.Lease => ReadConsistency.Lease,
            Consistency.Stale => ReadConsistency.Stale,
            _ => throw new ArgumentException($"There is no consistency {request.Consistency}."),
        };
        TimeSpan? maxStaleness = request.HasMaxStalenessTicks ? TimeSpan.FromTicks(request.MaxStalenessTicks) : null;
        var reply = await ReplicaReads.ReadAsync(group, consistency, maxStaleness, (group, request.Keys), static from => Read(from.group, from.Keys), cancellationToken)
            .ConfigureAwait(false);
        return new AccessResponse { Read = reply };
    }

    private static ReadReply Read(RaftGroup group, RepeatedField<ByteString> keys)
    {
        using var snapshot = group.OpenSnapshot(StatesTable.TableName);
        var reply = new ReadReply();
        var bytes = 0L;
        foreach (var key in keys)
        {
            if (!StateKey.IsState(key.Span) || !snapshot.TryGet(key.Span, out var record))
            {
                reply.Records.Add(new Record());
                continue;
            }

            bytes += record.Value.Length;
            if (bytes > AccessProtocol.MaxResponseBytes - AccessProtocol.RequestOverheadBytes - (keys.Count * 16))
                throw new ArgumentException($"What is to be read has more than {AccessProtocol.MaxResponseBytes} bytes. Read it on a silo that has a replica, or fewer states at once.");
            reply.Records.Add(new Record { Version = record.Version, Value = ByteString.CopyFrom(record.Value.Span) });
        }

        return reply;
    }

    private static async ValueTask<AccessResponse> ReadAtAsync(RaftGroup group, ReadAtRequest request, CancellationToken cancellationToken)
    {
        if (request.Version < 1)
            throw new ArgumentException($"Versions begin with 1; {request.Version} was asked for.");
        try
        {
            var past = new PastState(group, request.Key.ToByteArray(), group.Tables.OfType<StatesTable>().Single().History);
            return new AccessResponse { Change = ChangeFormat.Encode(await past.ReadAsync(request.Version, cancellationToken).ConfigureAwait(false), hasKey: false, more: false) };
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new AccessRefusedException(FailureKind.NotReached, error.Message);
        }
    }
}
