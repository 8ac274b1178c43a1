using KeyValue.Hosting;
using Orleans.Replication;

namespace KeyValue.Http;

/// <summary>
/// Refuses requests while the silo does not serve, and turns the errors of replicated state into the status codes of the contract. An error that is
/// not known to have left everything unwritten never becomes a 503.
/// </summary>
internal sealed class FailureFilter(ServingGate gate) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!gate.IsOpen)
            return Problems.Unavailable(context.HttpContext, "The silo is starting or stopping.");
        try
        {
            return await next(context);
        }
        catch (ReplicationUnavailableException error)
        {
            return Problems.Unavailable(context.HttpContext, error.Message);
        }
        catch (OperationRejectedException error)
        {
            return Problems.Rejected(error.Message);
        }
        catch (BadHttpRequestException error)
        {
            return TypedResults.Problem(error.Message, statusCode: error.StatusCode);
        }
        catch (Exception error) when (error is ReplicationException or OrleansException or TimeoutException)
        {
            // The deadline passed, or the call was lost on its way to the grain or back.
            return Problems.OutcomeUnknown(error.Message);
        }
    }
}
