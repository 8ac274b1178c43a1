namespace Orleans.Replication.Tests.Streams;

/// <summary>Listens to a stream, and goes on with it after it was activated anew.</summary>
public interface IListenerGrain : IGrainWithStringKey
{
    /// <summary>Begins to listen.</summary>
    Task SubscribeAsync();

    /// <summary>Stops listening.</summary>
    Task UnsubscribeAsync();

    /// <summary>Says something on the stream.</summary>
    Task SayAsync(int number);

    /// <summary>What this activation has heard.</summary>
    Task<int[]> HeardAsync();
}
