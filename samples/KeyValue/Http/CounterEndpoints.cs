using System.Globalization;
using System.Text;
using KeyValue.Grains;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KeyValue.Http;

/// <summary><c>/counters/{key}</c>: numbers that many clients add to at once.</summary>
internal static class CounterEndpoints
{
    private const int MaxNumberBytes = 64;

    public static void MapCounters(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/counters/{key}", GetAsync);
        routes.MapPost("/counters/{key}/add", AddAsync);
    }

    private static async Task<IResult> GetAsync(string key, string? consistency, IGrainFactory grains)
    {
        if (!Consistency.TryParse(consistency, out var parsed))
            return Problems.BadRequest(Consistency.Expected);
        return ToResult(await grains.GetGrain<ICounterGrain>(key).Get(parsed));
    }

    private static async Task<IResult> AddAsync(string key, HttpRequest request, IGrainFactory grains)
    {
        var text = Encoding.ASCII.GetString(await Bodies.ReadAsync(request, MaxNumberBytes));
        if (!long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount))
            return Problems.BadRequest("The body is the amount to add: a decimal integer of 64 bits.");
        return ToResult(await grains.GetGrain<ICounterGrain>(key).Add(amount));
    }

    private static ContentHttpResult ToResult(long value) => TypedResults.Text(value.ToString(CultureInfo.InvariantCulture));
}
