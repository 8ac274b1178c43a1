using Microsoft.AspNetCore.Http.HttpResults;

namespace KeyValue.Http;

/// <summary>What each failure says to the client. The status codes are a contract: a load tool concludes from them what was written.</summary>
internal static class Problems
{
    private const string RetryAfterSeconds = "1";

    /// <summary>503: nothing was written, ever.</summary>
    public static IResult Unavailable(HttpContext context, string detail)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return TypedResults.Problem(detail, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Not available now; nothing was written.");
    }

    /// <summary>504: the write may be applied, now or later, or never.</summary>
    public static ProblemHttpResult OutcomeUnknown(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status504GatewayTimeout, title: "The outcome is unknown.");

    /// <summary>412: the condition failed, and nothing was written.</summary>
    public static ProblemHttpResult ConditionFailed(string? detail = null) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status412PreconditionFailed, title: "The condition failed; nothing was written.");

    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(string key) =>
        TypedResults.Problem($"There is no key '{key}'.", statusCode: StatusCodes.Status404NotFound, title: "Not found.");

    /// <summary>400: the request cannot be understood; nothing was written.</summary>
    public static ProblemHttpResult BadRequest(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "The request is wrong.");

    /// <summary>409: every replica refused the operation in the same way; nothing was written.</summary>
    public static ProblemHttpResult Rejected(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict, title: "The operation was refused; nothing was written.");

    /// <summary>501: this version of the sample cannot do it.</summary>
    public static ProblemHttpResult NotSupported(string what) =>
        TypedResults.Problem($"{what} is not supported by this version.", statusCode: StatusCodes.Status501NotImplemented, title: "Not supported.");
}
