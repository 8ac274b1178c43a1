using KeyValue.Grains;
using Orleans.Replication;

namespace KeyValue.Http;

/// <summary><c>/kv/{key}</c>: raw bytes under a key, with conditional writes.</summary>
internal static class KeyEndpoints
{
    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/kv/{key}", GetAsync);
        routes.MapPut("/kv/{key}", PutAsync);
        routes.MapDelete("/kv/{key}", DeleteAsync);
    }

    private static async Task<IResult> GetAsync(string key, string? consistency, HttpResponse response, IGrainFactory grains)
    {
        if (!Consistency.TryParse(consistency, out var parsed))
            return Problems.BadRequest(Consistency.Expected);
        var reading = await grains.GetGrain<IKeyGrain>(key).Get(parsed);
        if (!reading.Exists)
            return Problems.NotFound(key);
        response.Headers.ETag = Conditions.ToETag(reading.Version);
        return TypedResults.Bytes(reading.Value);
    }

    private static async Task<IResult> PutAsync(string key, HttpRequest request, IGrainFactory grains)
    {
        if (!Conditions.TryRead(request, out var expectedVersion, out var problem))
            return Problems.BadRequest(problem);
        var value = await Bodies.ReadAsync(request, Bodies.MaxValueBytes);
        if (expectedVersion == Conditions.NeverHolds)
            return Problems.ConditionFailed();
        return ToResult(key, request.HttpContext.Response, await grains.GetGrain<IKeyGrain>(key).Put(value, expectedVersion));
    }

    private static async Task<IResult> DeleteAsync(string key, HttpRequest request, IGrainFactory grains)
    {
        if (!Conditions.TryRead(request, out var expectedVersion, out var problem))
            return Problems.BadRequest(problem);
        if (request.Headers.IfNoneMatch.Count > 0)
            return Problems.BadRequest("A deletion takes If-Match only.");
        if (expectedVersion == Conditions.NeverHolds)
            return Problems.ConditionFailed();
        return ToResult(key, request.HttpContext.Response, await grains.GetGrain<IKeyGrain>(key).Delete(expectedVersion));
    }

    private static IResult ToResult(string key, HttpResponse response, WriteReply reply)
    {
        switch (reply.Status)
        {
            case WriteStatus.NotFound:
                return Problems.NotFound(key);
            case WriteStatus.ConditionFailed:
                return Problems.ConditionFailed(reply.Version == 0 ? "The key does not exist." : $"The key has version {reply.Version}.");
            case WriteStatus.Done when reply.Version == 0:
                return TypedResults.NoContent();
            default:
                response.Headers.ETag = Conditions.ToETag(reply.Version);
                return TypedResults.Ok();
        }
    }
}
