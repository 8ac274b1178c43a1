using System.Runtime.CompilerServices;
using Google.Protobuf;
using Orleans.Replication.Access.Wire;
using Orleans.Replication.States.History;

namespace Orleans.Replication.Access;

/// <summary>Follows one state, or all of a group, on a silo that has a replica; and on another one, from where it was, when that silo is lost.</summary>
internal sealed class RemoteWatch(AccessClient access, string group, byte[]? key, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>The changes, as <see cref="StateWatch"/> and <see cref="GroupWatch"/> give them, those of one version at a time.</summary>
    /// <exception cref="ReplicationException">No silo goes on with it.</exception>
    public async IAsyncEnumerable<IReadOnlyList<RecordedChange>> RunAsync(long? fromVersion, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var room = access.EnterWatch();
        var from = fromVersion;
        while (true)
        {
            var (exchange, first) = await BeginAsync(from, cancellationToken).ConfigureAwait(false);
            await using (exchange.ConfigureAwait(false))
            {
                from ??= first.Position?.Version;
                var begun = from;
                while (await NextAsync(exchange, cancellationToken).ConfigureAwait(false) is { } changes)
                {
                    yield return changes;
                    from = changes[^1].Version;
                }

                // A silo that takes watches and ends them at once is not asked without a pause.
                if (from == begun)
                    await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private ValueTask<(AccessExchange Exchange, AccessResponse First)> BeginAsync(long? from, CancellationToken cancellationToken)
    {
        var request = new WatchRequest();
        if (key is not null)
            request.Key = UnsafeByteOperations.UnsafeWrap(key);
        if (from is { } after)
            request.FromVersion = after;
        return access.BeginWatchAsync(group, new AccessRequest { Watch = request }, cancellationToken);
    }

    /// <summary>Waits for the changes of the next version.</summary>
    /// <returns>Null when the silo no longer serves the watch.</returns>
    /// <exception cref="ReplicationConfigurationException">The silo cannot read its states.</exception>
    private async ValueTask<IReadOnlyList<RecordedChange>?> NextAsync(AccessExchange exchange, CancellationToken cancellationToken)
    {
        var changes = new List<RecordedChange>();
        try
        {
            while (true)
            {
                var response = await access.NextOfWatchAsync(exchange, group, cancellationToken).ConfigureAwait(false);
                switch (response.KindCase)
                {
                    case AccessResponse.KindOneofCase.Change:
                        changes.Add(ChangeFormat.Decode(response.Change));
                        if (!response.Change.More)
                            return changes;
                        break;
                    case AccessResponse.KindOneofCase.Position:
                        break;
                    case AccessResponse.KindOneofCase.Failure when response.Failure.Kind is FailureKind.Unreadable or FailureKind.Invalid:
                        throw AccessFailures.ToError(response.Failure, new AccessRequest(), operation: null);
                    default:
                        access.Fail(exchange.Peer);
                        return null;
                }
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException or TimeoutException)
        {
            access.Fail(exchange.Peer);
            return null;
        }
    }
}
