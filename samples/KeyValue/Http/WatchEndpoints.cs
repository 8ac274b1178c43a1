namespace KeyValue.Http;

/// <summary><c>/watch/{key}</c>.</summary>
internal static class WatchEndpoints
{
    public static void MapWatch(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/watch/{key}", (string key) => Problems.NotSupported("Watching a key"));
}
