using Orleans.Replication.Clustering.Membership.Wire;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;
using Orleans.Runtime;

namespace Orleans.Replication.Clustering.Membership;

/// <summary>
/// The replicated side of the membership table. Each change, with all its conditions, is one command: it happens wholly, or not at all, in the
/// same way on every replica.
/// </summary>
internal sealed class MembershipStateTable : IReplicatedTable, IForeignCommands
{
    /// <summary>The table's name in its group.</summary>
    public const string TableName = "membership";

    /// <inheritdoc/>
    public string Name => TableName;

    /// <summary>
    /// Runs a change. The group has already checked the version of the command's record, which for inserts and updates is the table's etag.
    /// </summary>
    /// <exception cref="NotSupportedException">
    /// The command is of a later format. This replica cannot know what the others make of it, so it has to stop rather than differ from them
    /// (SAFETY 14, S15).
    /// </exception>
    public CommandOutcome Apply(in CommandContext context, IStateTransaction state)
    {
        var payload = context.Payload.Span;
        if (payload.Length == 0)
            return Refuse(MembershipRefusal.Malformed);
        if (payload[0] != MembershipFormat.Version)
            throw new NotSupportedException($"A membership command has format {payload[0]}; this version of the software knows {MembershipFormat.Version}.");

        if (!MembershipFormat.TryDecodeChange(payload, out var change))
            return Refuse(MembershipRefusal.Malformed);

        var keys = new MembershipKeys(change.Cluster);
        return change.ChangeCase switch
        {
            MembershipChange.ChangeOneofCase.Insert => Insert(change.Insert, keys, state),
            MembershipChange.ChangeOneofCase.Update => Update(change.Update, keys, state),
            MembershipChange.ChangeOneofCase.Heartbeat => Beat(change.Heartbeat, keys, state),
            MembershipChange.ChangeOneofCase.RemoveDefunct => RemoveDefunct(change.RemoveDefunct, keys, state),
            MembershipChange.ChangeOneofCase.RemoveAll => RemoveAll(keys, state),
            _ => Refuse(MembershipRefusal.Malformed),
        };
    }

    /// <inheritdoc/>
    /// <remarks>Rows are read by every silo: none may get in that one of them could not read.</remarks>
    public bool CanRun(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> payload)
    {
        var bytes = payload.Span;
        if (bytes.IsEmpty || bytes[0] != MembershipFormat.Version || !MembershipFormat.TryDecodeChange(bytes, out var change))
            return false;
        var keys = new MembershipKeys(change.Cluster);
        return change.ChangeCase switch
        {
            MembershipChange.ChangeOneofCase.Insert => IsVersion(key) && change.Insert.TableVersion >= 0 && MembershipFormat.IsReadable(change.Insert.Row.Span, change.Insert.AliveTime),
            MembershipChange.ChangeOneofCase.Update => IsVersion(key) && change.Update.TableVersion >= 0 && MembershipFormat.IsReadable(change.Update.Row.Span, change.Update.AliveTime),
            MembershipChange.ChangeOneofCase.Heartbeat => key.SequenceEqual(keys.Heartbeat(change.Heartbeat.Silo)) && MembershipFormat.IsTime(change.Heartbeat.AliveTime),
            MembershipChange.ChangeOneofCase.RemoveDefunct or MembershipChange.ChangeOneofCase.RemoveAll => IsVersion(key),
            _ => false,
        };

        bool IsVersion(ReadOnlySpan<byte> found) => found.SequenceEqual(keys.Version.Span);
    }

    /// <summary>Nothing is cached.</summary>
    public void Reset()
    {
    }

    /// <summary>The time of a silo's last heartbeat, in ticks; 0 when it has none.</summary>
    public static long ReadHeartbeat(MembershipKeys keys, string silo, IStateReader state) =>
        state.TryGet(keys.Heartbeat(silo), out var record) ? MembershipFormat.DecodeNumber(record.Value.Span) : 0;

    private static CommandOutcome Insert(InsertRow insert, MembershipKeys keys, IStateTransaction state)
    {
        var key = keys.Row(insert.Silo);
        if (state.TryGet(key, out _))
            return Refuse(MembershipRefusal.RowExists);

        state.Put(key, insert.Row.Span);
        state.Put(keys.Heartbeat(insert.Silo), MembershipFormat.EncodeNumber(insert.AliveTime));
        state.Put(keys.Version.Span, MembershipFormat.EncodeNumber(insert.TableVersion));
        return CommandOutcome.Ok();
    }

    private static CommandOutcome Update(UpdateRow update, MembershipKeys keys, IStateTransaction state)
    {
        var key = keys.Row(update.Silo);
        if (!state.TryGet(key, out var current))
            return Refuse(MembershipRefusal.RowMissing);
        if (current.Version != update.RowVersion)
            return Refuse(MembershipRefusal.RowChanged);

        state.Put(key, update.Row.Span);
        // The updating silo may have read the row before the last heartbeat: its entry must not take that heartbeat back.
        if (update.AliveTime > ReadHeartbeat(keys, update.Silo, state))
            state.Put(keys.Heartbeat(update.Silo), MembershipFormat.EncodeNumber(update.AliveTime));
        state.Put(keys.Version.Span, MembershipFormat.EncodeNumber(update.TableVersion));
        return CommandOutcome.Ok();
    }

    private static CommandOutcome Beat(Heartbeat heartbeat, MembershipKeys keys, IStateTransaction state)
    {
        if (state.TryGet(keys.Row(heartbeat.Silo), out _))
            state.Put(keys.Heartbeat(heartbeat.Silo), MembershipFormat.EncodeNumber(heartbeat.AliveTime));
        return CommandOutcome.Ok();
    }

    private static CommandOutcome RemoveDefunct(RemoveDefunct remove, MembershipKeys keys, IStateTransaction state)
    {
        // The whole list first: deleting below an open scan is not part of the transaction's contract.
        foreach (var (_, record) in state.Scan(keys.Rows).ToList())
        {
            var row = MembershipFormat.DecodeRow(record.Value.Span);
            if (row.Status != (int)SiloStatus.Dead || MembershipFormat.LastUpdate(row, ReadHeartbeat(keys, row.Silo, state)) >= remove.Before)
                continue;
            state.Delete(keys.Row(row.Silo));
            state.Delete(keys.Heartbeat(row.Silo));
        }
        return CommandOutcome.Ok();
    }

    private static CommandOutcome RemoveAll(MembershipKeys keys, IStateTransaction state)
    {
        foreach (var (key, _) in state.Scan(keys.All).ToList())
            state.Delete(key.Span);
        return CommandOutcome.Ok();
    }

    private static CommandOutcome Refuse(MembershipRefusal reason) => CommandOutcome.Rejected(new[] { (byte)reason });
}
