namespace Orleans.Replication.Access;

/// <summary>Says when a watch in which nothing happens has to show that it lives.</summary>
internal static class SignOfLife
{
    /// <summary>Waits for what happens next.</summary>
    /// <returns>False when nothing has come for so long that a sign of life is due.</returns>
    public static async ValueTask<bool> IsThereAsync(Task next, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await next.WaitAsync(AccessProtocol.SignOfLife, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return false;
        }

        return true;
    }
}
