using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Replication.Analyzers;

/// <summary>ORPL0003: seeds a generator with the operation's seed, where an <c>OperationContext</c> is at hand. One that is made twice gives the same numbers twice.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(SeededRandomFix)), Shared]
public sealed class SeededRandomFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["ORPL0003"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not ExpressionSyntax random || OperationContextParameter.At(random) is not { } name)
            return;
        var seed = $"(unchecked((int){name}.Seed))";
        var replacement = random switch
        {
            ObjectCreationExpressionSyntax { Initializer: null } creation => $"new {creation.Type}{seed}",
            ImplicitObjectCreationExpressionSyntax { Initializer: null } => $"new{seed}",
            MemberAccessExpressionSyntax { Name.Identifier.Text: "Shared" } shared => $"new {shared.Expression}{seed}",
            _ => null,
        };
        if (replacement is null)
            return;
        var fixedRoot = root.ReplaceNode(random, SyntaxFactory.ParseExpression(replacement).WithTriviaFrom(random));
        context.RegisterCodeFix(
            CodeAction.Create($"Use {replacement}", _ => Task.FromResult(context.Document.WithSyntaxRoot(fixedRoot)), nameof(SeededRandomFix)),
            context.Diagnostics);
    }
}
