using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Replication.Groups;
using Orleans.Replication.Raft;
using Orleans.Replication.Storage.Records;
using Orleans.Runtime;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Orleans.Replication.Storage.Provider;

/// <summary>
/// Keeps grain states in a Raft group. Reads are linearizable: a read index is confirmed, then a replica answers. A write or a clearing
/// is one command under the condition that the record still has the version which the activation knows; the version is the etag.
/// </summary>
/// <param name="name">The provider's name, part of every key.</param>
/// <param name="options">The provider's options.</param>
/// <param name="group">Finds the group. Not called before the first operation, so that nothing is opened while services are made.</param>
/// <param name="activators">Make the states of records that do not exist.</param>
/// <param name="logger">Told of conflicts; Orleans itself logs every other failure.</param>
/// <param name="shutdown">For what the runtime itself keeps: while the silo stops it has to be quick. Null for the states of the application, which may need the time.</param>
internal sealed partial class RaftGrainStorage(
    string name,
    RaftGrainStorageOptions options,
    Func<IGroupAccess> group,
    IActivatorProvider activators,
    ILogger<RaftGrainStorage> logger,
    ShutdownLimit? shutdown = null) : IGrainStorage
{
    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc/>
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        try
        {
            var record = await FindAsync(GrainRecordKey.Encode(name, grainId, stateName), cancellationToken).ConfigureAwait(false);
            if (record is { } found && GrainRecord.TryGetState(found.Value, out var bytes))
            {
                grainState.State = await StateStreams.ReadAsync<T>(options.GrainStorageSerializer, bytes, cancellationToken).ConfigureAwait(false);
                grainState.RecordExists = true;
            }
            else
            {
                grainState.State = CreateState<T>();
                grainState.RecordExists = false;
            }
            grainState.ETag = ETagOf(record?.Version ?? 0);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw Failed("read", stateName, grainId, e);
        }
    }

    /// <inheritdoc/>
    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        try
        {
            var record = await StateStreams.WriteAsync(options.GrainStorageSerializer, grainState.State, cancellationToken).ConfigureAwait(false);
            var version = await ChangeAsync("write", stateName, grainId, record, grainState.ETag, cancellationToken).ConfigureAwait(false);
            grainState.ETag = ETagOf(version);
            grainState.RecordExists = true;
        }
        catch (Exception e) when (e is not (InconsistentStateException or OperationCanceledException))
        {
            throw Failed("write", stateName, grainId, e);
        }
    }

    /// <inheritdoc/>
    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        try
        {
            var fresh = CreateState<T>();
            var record = options.DeleteStateOnClear ? GrainRecord.Delete : GrainRecord.Tombstone;
            var version = await ChangeAsync("clear", stateName, grainId, record, grainState.ETag, cancellationToken).ConfigureAwait(false);
            grainState.ETag = ETagOf(version);
            grainState.RecordExists = false;
            grainState.State = fresh;
        }
        catch (Exception e) when (e is not (InconsistentStateException or OperationCanceledException))
        {
            throw Failed("clear", stateName, grainId, e);
        }
    }

    private ValueTask<StateRecord?> FindAsync(byte[] key, CancellationToken cancellationToken) => shutdown is null
        ? group().FindAsync(GrainStorageTable.TableName, key, cancellationToken)
        : shutdown.LimitAsync(group(), (access, stop) => access.FindAsync(GrainStorageTable.TableName, key, stop), cancellationToken);

    private ValueTask<CommandResult> ProposeAsync(Command command, CancellationToken cancellationToken) => shutdown is null
        ? group().ProposeAsync(command, cancellationToken)
        : shutdown.LimitAsync(group(), (access, stop) => access.ProposeAsync(command, stop), cancellationToken);

    private async Task<long> ChangeAsync(
        string operation, string stateName, GrainId grainId, ReadOnlyMemory<byte> record, string? etag, CancellationToken cancellationToken)
    {
        var key = GrainRecordKey.Encode(name, grainId, stateName);
        var expected = 0L;
        if (etag is not null && (!VersionETag.TryParse(etag, out expected) || expected == 0))
        {
            // No record can have this etag. Asking the group would only cost a log entry.
            var stored = await FindAsync(key, cancellationToken).ConfigureAwait(false);
            throw Conflict(operation, stateName, grainId, stored?.Version ?? 0, etag);
        }

        var command = new Command(GrainStorageTable.TableName, key, record, expected);
        var result = await ProposeAsync(command, cancellationToken).ConfigureAwait(false);
        return result.Status switch
        {
            CommandStatus.Ok => result.Version,
            CommandStatus.VersionMismatch => throw Conflict(operation, stateName, grainId, result.Version, etag),
            _ => throw new InvalidOperationException("The group refused the command as malformed: its members run different versions of the software."),
        };
    }

    private InconsistentStateException Conflict(string operation, string stateName, GrainId grainId, long storedVersion, string? etag)
    {
        var stored = ETagOf(storedVersion);
        LogConflict(operation, stateName, grainId, name, stored, etag);
        return new InconsistentStateException(
            $"Cannot {operation} state '{stateName}' of grain {grainId} in storage '{name}': its record has etag {stored ?? "(no record)"}, the "
            + $"activation has {etag ?? "(none)"}. Another activation, or an earlier write whose outcome was unknown, has changed it.",
            stored,
            etag);
    }

    private RaftGrainStorageException Failed(string operation, string stateName, GrainId grainId, Exception cause) =>
        new($"Failed to {operation} state '{stateName}' of grain {grainId} in storage '{name}': {cause.Message}", cause);

    // A record that does not exist has version 0 and no etag.
    private static string? ETagOf(long version) => version == 0 ? null : VersionETag.Format(version);

    private T CreateState<T>() => activators.GetActivator<T>().Create();

    [LoggerMessage(Level = LogLevel.Debug, Message = "Conflict: cannot {Operation} state {StateName} of {GrainId} in storage {Storage}: stored etag {Stored}, activation's etag {ETag}")]
    private partial void LogConflict(string operation, string stateName, GrainId grainId, string storage, string? stored, string? etag);
}
