using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using KeyValue.Grains;
using Orleans.Replication;

namespace KeyValue.Http;

/// <summary><c>/watch/{key}</c>: the changes of a key as server-sent events.</summary>
internal static class WatchEndpoints
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapWatch(this IEndpointRouteBuilder routes) => routes.MapGet("/watch/{key}", Watch);

    private static IResult Watch(string key, string? from, HttpContext context, IGrainFactory grains)
    {
        // A browser that reconnects says in a header how far it got.
        var text = from ?? context.Request.Headers[LastEventId].FirstOrDefault();
        if (!TryParse(text, out var version))
            return Problems.BadRequest("from is the version after which to begin, 0 for the beginning: a decimal number.");
        return TypedResults.ServerSentEvents(ReadAsync(grains.GetGrain<IKeyGrain>(key), version, context.RequestAborted));
    }

    private static bool TryParse(string? text, out long? version)
    {
        version = null;
        if (text is null)
            return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
            return false;
        version = parsed;
        return true;
    }

    private static async IAsyncEnumerable<SseItem<string>> ReadAsync(
        IKeyGrain key, long? from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in key.Watch(from, cancellationToken))
        {
            yield return new SseItem<string>(Convert.ToBase64String(change.Value), TypeOf(change.Kind))
            {
                EventId = change.Version.ToString(CultureInfo.InvariantCulture),
            };
        }
    }

    /// <summary>A write is an event without a type: what a client gets that asks for nothing special.</summary>
    private static string? TypeOf(StateChangeKind kind) => kind switch
    {
        StateChangeKind.Cleared => "deleted",
        StateChangeKind.Compacted => "compacted",
        _ => null,
    };
}
