namespace Orleans.Replication;

/// <summary>
/// A change to a state, sent to every replica and run there. A class or record that Orleans can serialize; its fields are the arguments.
/// </summary>
/// <remarks>
/// A type may implement the interface once. Every silo has to know the type: a replica that meets an operation that it cannot read goes out of
/// service rather than go its own way. Mark a type that a later release adds with <see cref="SinceVersionAttribute"/>, or deploy it everywhere before the first use. Give it an <c>[Alias]</c>: its name is written to the log.
/// </remarks>
/// <typeparam name="TState">The state it changes.</typeparam>
/// <typeparam name="TResult">What the caller gets back; a type that Orleans can serialize.</typeparam>
public interface IReplicatedOperation<TState, TResult>
{
    /// <summary>
    /// Gives the new state and the result. Called on every replica, in the same order, and again after a restart, so it has to be pure: no clock,
    /// no random number, no environment, no I/O, no iteration over unordered collections; <paramref name="context"/> has the only time and
    /// chance there is.
    /// </summary>
    /// <param name="state">
    /// The state now; a new <typeparamref name="TState"/> when there is none. Return another object to change it. Returning this same object
    /// means that nothing changed: nothing is written, and the version stays.
    /// </param>
    /// <param name="context">Where and when the operation runs, the same on every replica.</param>
    /// <exception cref="Exception">
    /// Throwing rejects the operation: the state stays as it was on every replica, and the caller gets an
    /// <see cref="OperationRejectedException"/> with the exception's type and message.
    /// </exception>
    OperationResult<TState, TResult> Apply(TState state, in OperationContext context);
}
