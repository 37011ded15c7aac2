"""The documents as models, with the fields that the pages show."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django_mongodb_backend.fields import ArrayField, EmbeddedModelField
from django_mongodb_backend.managers import MongoManager
from django_mongodb_backend.models import EmbeddedModel


class FilmsAreElsewhere:
    def db_for_read(self, model, **hints):
        return "films" if model in (Movie, Comment) else None


class User(AbstractBaseUser):
    email = models.EmailField(unique=True)
    nombre = models.CharField(max_length=100)
    rol = models.CharField(max_length=20)
    estado = models.CharField(max_length=20)
    parent = models.CharField(max_length=100, null=True)  # noqa: DJ001, null is a stored value
    last_login = models.DateTimeField(null=True, db_column="ultimo_acceso")

    objects = BaseUserManager()
    USERNAME_FIELD = "email"

    class Meta:
        db_table = "users"

    def __str__(self):
        return self.nombre


class Reviews(EmbeddedModel):
    rating = models.FloatField()
    reviews = models.IntegerField(db_column="numReviews")
    meter = models.IntegerField()


class Tomatoes(EmbeddedModel):
    viewer = EmbeddedModelField(Reviews)
    critic = EmbeddedModelField(Reviews)


class Movie(models.Model):
    title = models.CharField(max_length=200)
    year = models.CharField(max_length=10)  # some are "2006è"
    plot = models.TextField()
    fullplot = models.TextField()
    poster = models.URLField()
    rated = models.CharField(max_length=20)
    runtime = models.IntegerField()
    metacritic = models.IntegerField()
    genres = ArrayField(models.CharField(max_length=50))
    cast = ArrayField(models.CharField(max_length=100))
    directors = ArrayField(models.CharField(max_length=100))
    writers = ArrayField(models.CharField(max_length=100))
    countries = ArrayField(models.CharField(max_length=50))
    languages = ArrayField(models.CharField(max_length=50))
    imdb = models.JSONField()  # its rating is "" for some
    tomatoes = EmbeddedModelField(Tomatoes)

    objects = MongoManager()

    class Meta:
        db_table = "movies"

    def __str__(self):
        return self.title


class Comment(models.Model):
    movie = models.ForeignKey(Movie, models.CASCADE, related_name="comments")
    name = models.CharField(max_length=100)
    text = models.TextField()
    date = models.DateTimeField()

    class Meta:
        db_table = "comments"

    def __str__(self):
        return self.text
