namespace Orleans.Replication.States;

/// <summary>A state that is read once before its grain is activated.</summary>
internal interface ILoadedState
{
    /// <summary>Reads the state, so that one which cannot be read fails the activation and not the first call.</summary>
    ValueTask LoadAsync(CancellationToken cancellationToken);
}
