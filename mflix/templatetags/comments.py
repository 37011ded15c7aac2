from django import template

from ..comments import Comment

register = template.Library()


@register.filter
def is_by(comment: Comment, user) -> bool:
    return user.is_authenticated and comment.is_by(user.email)
